export function benchSpace(_options: object): Promise<void> { return Promise.reject(new Error("soon")); }
