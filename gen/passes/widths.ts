/** Widths and signedness: every expression keeps the typing rules of the IR, every assignment joins equal types. */
import { describeExpression, describeType, type SignalNames } from "../diagnostics/describe.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { binaryType, fits, unaryType } from "../ir/build.ts";
import {
  addressWidth,
  type BitsType,
  type Expression,
  type Location,
  type Module,
  type Signal,
  type Statement,
} from "../ir/nodes.ts";
import { expressionsOf, visitExpressions } from "../ir/visit.ts";
import { declarationOf, namesIn } from "./module-names.ts";

const same = (a: BitsType, b: BitsType): boolean => a.width === b.width && a.signed === b.signed;
const signedness = (type: BitsType): string => (type.signed ? "signed" : "unsigned");
const bits = (count: number): string => (count === 1 ? "1 bit" : `${count} bits`);

/** Checks the widths of one module; `modules` has the modules that it instantiates. */
export function checkWidths(module: Module, modules: ReadonlyMap<string, Module>): Diagnostic[] {
  return new WidthCheck(module).run(modules);
}

class WidthCheck {
  readonly #module: Module;
  readonly #names: SignalNames;
  readonly #found: Diagnostic[] = [];

  constructor(module: Module) {
    this.#module = module;
    this.#names = namesIn(module);
  }

  run(modules: ReadonlyMap<string, Module>): Diagnostic[] {
    visitExpressions(expressionsOf(this.#module), (expression) => {
      this.#expression(expression);
    });
    for (const signal of this.#module.signals) this.#initialValues(signal);
    this.#statements(this.#module.statements);
    this.#memories();
    this.#instances(modules);
    for (const property of this.#module.properties) {
      this.#oneBit(property.condition, `${property.kind} "${property.message}"`, property.location);
    }
    return this.#found;
  }

  #describe(expression: Expression): string {
    return `${describeExpression(expression, this.#names)} (${describeType(expression.type)})`;
  }

  #report(code: Diagnostic["code"], subject: string, location: Location, parts: readonly Expression[], fix: string): void {
    const declared = parts.flatMap((part) => declarationOf(part, this.#names));
    this.#found.push({ code, subject, location, declared, fix });
  }

  #malformed(expression: Expression, why: string): void {
    this.#report(
      "W111",
      `${this.#describe(expression)}: ${why}`,
      expression.location,
      [],
      "build expressions with gen/ir/build.ts",
    );
  }

  #oneBit(expression: Expression, what: string, location: Location): void {
    if (same(expression.type, { signed: false, width: 1 })) return;
    const fix = "compare it (.ne(0)), reduce it (.reduceOr()) or take one bit (.bit(0))";
    this.#report("W108", `${what}: ${this.#describe(expression)}`, location, [expression], fix);
  }

  #initialValues({ type, signal, path, location }: Signal): void {
    if (signal.kind === "register" && !fits(signal.init, type)) {
      const subject = `initial value ${signal.init} of ${this.#module.name}.${path} (${describeType(type)})`;
      this.#report("W105", subject, location, [], "use a value in the range of the type, or a wider type");
    }
    if (signal.kind === "wire" && signal.default !== null) {
      this.#assigned(`${this.#module.name}.${path}`, type, signal.default, location, [
        { name: `${this.#module.name}.${path}`, location },
      ]);
    }
  }

  #expression(expression: Expression): void {
    const { type, location } = expression;
    switch (expression.kind) {
      case "constant":
        if (!fits(expression.value, type)) this.#malformed(expression, "the value is outside the type's range");
        return;
      case "reference": {
        const signal = this.#names.signals.get(expression.signal);
        if (signal === undefined) {
          this.#report(
            "D208",
            `${this.#module.name}.${expression.signal}`,
            location,
            [],
            "declare the signal in the module's list",
          );
        } else if (!same(signal.type, type)) {
          this.#malformed(expression, `the signal has ${describeType(signal.type)}`);
        }
        return;
      }
      case "unary":
        if (!same(type, unaryType(expression.operator, expression.operand.type)))
          this.#malformed(expression, "wrong type of the result");
        return;
      case "binary":
        this.#binary(expression);
        return;
      case "mux": {
        const { condition, whenTrue, whenFalse } = expression;
        this.#oneBit(condition, "condition of a mux", location);
        this.#equalOperands("mux", whenTrue, whenFalse, location);
        if (!same(type, whenTrue.type)) this.#malformed(expression, "wrong type of the result");
        return;
      }
      case "slice": {
        const { high, low, operand } = expression;
        const inside = low >= 0 && high >= low && high < operand.type.width;
        if (!inside || !same(type, { signed: false, width: high - low + 1 }))
          this.#malformed(expression, "bits outside of the operand");
        return;
      }
      case "concatenate": {
        const width = expression.parts.reduce((sum, part) => sum + part.type.width, 0);
        if (!same(type, { signed: false, width })) this.#malformed(expression, "the parts have another width in sum");
        return;
      }
      case "convert":
        return;
    }
  }

  #binary(expression: Extract<Expression, { readonly kind: "binary" }>): void {
    const { operator, left, right, type, location } = expression;
    if (operator === "shiftLeft" || operator === "shiftRight") {
      if (right.type.signed) {
        this.#report("W108", `shift amount: ${this.#describe(right)}`, location, [right], "shift by an unsigned value");
      }
    } else if (operator === "and" || operator === "or" || operator === "xor") {
      this.#equalOperands(operator, left, right, location);
    } else if (left.type.signed !== right.type.signed) {
      this.#mixed(operator, left, right, location);
    }
    if (!same(type, binaryType(operator, left.type, right.type))) this.#malformed(expression, "wrong type of the result");
  }

  #mixed(operator: string, left: Expression, right: Expression, location: Location): void {
    const unsigned = left.type.signed ? "right" : "left";
    const fix = `make the ${unsigned} one signed with .toSigned() (same value, one bit wider), or reinterpret the bits with .asSInt() or .asUInt()`;
    this.#report("W104", `${operator} of ${this.#describe(left)} and ${this.#describe(right)}`, location, [left, right], fix);
  }

  #equalOperands(operator: string, left: Expression, right: Expression, location: Location): void {
    if (left.type.signed !== right.type.signed) {
      this.#mixed(operator, left, right, location);
    } else if (left.type.width !== right.type.width) {
      const wide = Math.max(left.type.width, right.type.width);
      const narrow = Math.min(left.type.width, right.type.width);
      const fix = `extend the narrower one with .extend(${wide}), or cut the wider one with .truncate(${narrow})`;
      this.#report("W103", `${operator} of ${this.#describe(left)} and ${this.#describe(right)}`, location, [left, right], fix);
    }
  }

  /** An assignment of `value` to something of type `target`. */
  #assigned(name: string, target: BitsType, value: Expression, location: Location, declared: Diagnostic["declared"]): void {
    if (same(target, value.type)) return;
    const short = name.slice(name.lastIndexOf(".") + 1);
    const reference = value.kind === "reference" ? this.#names.signals.get(value.signal)?.path : undefined;
    const source = reference ?? "value";
    const mixed = target.signed !== value.type.signed;
    const width = Math.max(target.width, value.type.width);
    let fix: string;
    if (mixed) {
      const signed = target.signed ? ".toSigned()" : ".asUInt()";
      const meaning = target.signed ? "keeps the value and adds a bit" : "keeps the bits";
      fix = `${source}${signed} ${meaning}; or declare ${short} ${signedness(value.type)}`;
    } else if (value.type.width > target.width) {
      fix = `${short}.set(${source}.truncate(${target.width})) if the loss is intended (.wrap(${target.width}) for a counter), or widen ${short} to ${width} bits`;
    } else {
      fix = `${short}.set(${source}.extend(${target.width})), or make ${short} ${bits(value.type.width)} wide`;
    }
    this.#found.push({
      code: mixed ? "W102" : "W101",
      subject: `${name} (${describeType(target)}) <- ${this.#describe(value)}`,
      location,
      declared: [...declared, ...declarationOf(value, this.#names)],
      fix,
    });
  }

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case "assign":
          this.#assignment(statement);
          break;
        case "when":
          this.#oneBit(statement.condition, "condition of a when", statement.location);
          this.#statements(statement.then);
          this.#statements(statement.otherwise);
          break;
        case "switch":
          for (const branch of statement.cases) {
            for (const value of branch.values) {
              if (fits(value, statement.subject.type)) continue;
              const subject = `case ${value} of the switch on ${this.#describe(statement.subject)}`;
              this.#report("W105", subject, statement.location, [statement.subject], "use values in the subject's range");
            }
            this.#statements(branch.body);
          }
          this.#statements(statement.default);
          break;
      }
    }
  }

  #assignment({ target, range, value, location }: Extract<Statement, { readonly kind: "assign" }>): void {
    const signal = this.#names.signals.get(target);
    const assignable = signal !== undefined && ["output", "wire", "register"].includes(signal.signal.kind);
    if (!assignable) {
      this.#report(
        "D208",
        `assignment to ${this.#module.name}.${target}`,
        location,
        [],
        "assign outputs, wires and registers of the module",
      );
      return;
    }
    const name = `${this.#module.name}.${signal.path}`;
    const declared = [{ name, location: signal.location }];
    if (range === null) {
      this.#assigned(name, signal.type, value, location, declared);
    } else if (range.low < 0 || range.high < range.low || range.high >= signal.type.width) {
      const subject = `${name}[${range.high}:${range.low}] of ${bits(signal.type.width)}`;
      this.#found.push({ code: "W107", subject, location, declared, fix: `stay between 0 and ${signal.type.width - 1}` });
    } else {
      const part = `${name}[${range.high === range.low ? range.high : `${range.high}:${range.low}`}]`;
      this.#assigned(part, { signed: false, width: range.high - range.low + 1 }, value, location, declared);
    }
  }

  #memories(): void {
    for (const memory of this.#module.memories) {
      const name = `${this.#module.name}.${memory.name}`;
      const port = (what: string, width: number, given: Expression): void => {
        if (same(given.type, { signed: false, width })) return;
        const subject = `${what} of ${name} (${bits(width)}, unsigned) <- ${this.#describe(given)}`;
        const fix = `${memory.depth} words of ${bits(memory.width)} take ${bits(addressWidth(memory.depth))} of address; give ${bits(width)}, unsigned`;
        this.#found.push({
          code: "W110",
          subject,
          location: given.location,
          declared: [{ name, location: memory.location }, ...declarationOf(given, this.#names)],
          fix,
        });
      };
      for (const read of memory.reads) {
        port("read address", addressWidth(memory.depth), read.address);
        if (read.enable !== null) this.#oneBit(read.enable, `read enable of ${name}`, read.enable.location);
      }
      for (const write of memory.writes) {
        port("write address", addressWidth(memory.depth), write.address);
        port("write data", memory.width, write.data);
        this.#oneBit(write.enable, `write enable of ${name}`, write.enable.location);
        if (write.mask !== null) port("write mask", memory.width / memory.granularity, write.mask);
      }
    }
  }

  #instances(modules: ReadonlyMap<string, Module>): void {
    for (const instance of this.#module.instances) {
      const child = modules.get(instance.module);
      if (child === undefined) {
        this.#report(
          "D208",
          `module ${instance.module}`,
          instance.location,
          [],
          "put the module into the circuit, before its parent",
        );
        continue;
      }
      const ports = new Map(child.signals.map((signal) => [signal.id, signal]));
      const wrong = (port: string): void => {
        this.#report(
          "D208",
          `port ${port} of ${this.#module.name}.${instance.name}`,
          instance.location,
          [],
          `module ${child.name} has none`,
        );
      };
      for (const { port, value } of instance.inputs) {
        const signal = ports.get(port);
        if (signal?.signal.kind !== "input") wrong(port);
        else this.#assigned(`${this.#module.name}.${instance.name}.${port}`, signal.type, value, instance.location, []);
      }
      for (const { port, signal: id } of instance.outputs) {
        const type = this.#names.signals.get(id)?.type;
        const signal = ports.get(port);
        if (signal?.signal.kind !== "output" || type === undefined || !same(signal.type, type)) wrong(port);
      }
    }
  }
}
