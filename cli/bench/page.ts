export function writePerformancePage(_only?: readonly string[]): Promise<void> { return Promise.reject(new Error("soon")); }
