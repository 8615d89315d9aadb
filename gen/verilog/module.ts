/** One module as Verilog-2005. Decisions about names and widths have been made; this file writes them down. */
import type { ClockDomain, Instance, Memory, Module, Property, Signal, SignalId, Statement } from "../ir/nodes.ts";
import { expressionsOfStatements, expressionsOfParts, expressionsOfProperties, referencesOf } from "../ir/visit.ts";
import { fold } from "../passes/fold.ts";
import { lower } from "../passes/lower.ts";
import { propertyOnlySignals } from "../passes/property-cone.ts";
import { registerGroups, statementsFor } from "./blocks.ts";
import { documentationComment, locationComment } from "./comment.ts";
import { ExpressionPrinter, printConstant, rangeOf } from "./expression.ts";

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? line : `  ${line}`));

/** The file that holds a memory's first content, named for the module and the memory. */
export function memoryFile(module: string, memory: string): string {
  return `${module}_${memory}.hex`;
}

/** The text of a module; `children` are the modules that it instantiates, by name. */
export function printModule(source: Module, children: ReadonlyMap<string, Module>): string {
  return new ModulePrinter(fold(source), children).print();
}

class ModulePrinter {
  readonly #module: Module;
  readonly #children: ReadonlyMap<string, Module>;
  readonly #signals: ReadonlyMap<SignalId, Signal>;
  readonly #domains: ReadonlyMap<string, ClockDomain>;
  readonly #expressions: ExpressionPrinter;
  /** The groups of registers and the wires and outputs, each with the statements that assign it. */
  readonly #blocks: { readonly signals: readonly Signal[]; readonly statements: readonly Statement[] }[] = [];
  readonly #formalOnly: ReadonlySet<SignalId>;

  constructor(module: Module, children: ReadonlyMap<string, Module>) {
    this.#module = module;
    this.#children = children;
    this.#signals = new Map(module.signals.map((signal) => [signal.id, signal]));
    this.#domains = new Map(module.domains.map((domain) => [domain.name, domain]));
    const taken = [
      ...module.signals.map((signal) => signal.id),
      ...module.memories.map((memory) => memory.name),
      ...module.instances.map((instance) => instance.name),
      ...module.properties.map((property) => property.name),
      ...module.domains.flatMap((domain) => [domain.clock, domain.reset ?? domain.clock]),
      "_unused",
    ];
    this.#expressions = new ExpressionPrinter(this.#signals, taken);
    this.#formalOnly = propertyOnlySignals(module);
    this.#collectBlocks();
    for (const expression of this.#printedExpressions()) this.#expressions.count(expression);
  }

  #collectBlocks(): void {
    const { signals, statements } = this.#module;
    const registers = signals.filter((signal) => signal.signal.kind === "register");
    // A group must not mix what is printed always with what is printed for proofs only.
    const groups = [false, true].flatMap((formal) =>
      registerGroups(
        this.#module,
        registers.filter((register) => this.#formalOnly.has(register.id) === formal),
      ),
    );
    const groupOf = new Map(groups.flatMap((group) => group.map((signal) => [signal.id, group] as const)));
    const lowered = lower(this.#module);
    for (const signal of signals) {
      const { kind } = signal.signal;
      if (kind === "register") {
        const group = groupOf.get(signal.id);
        if (group?.[0] !== signal) continue;
        this.#blocks.push({ signals: group, statements: statementsFor(statements, new Set(group.map(({ id }) => id))) });
      } else if (kind === "wire" || kind === "output") {
        const own = statementsFor(statements, new Set([signal.id]));
        const value = lowered.get(signal.id);
        // A block that reads nothing would never run in an event-driven simulator: one assignment of the value does.
        const plain =
          value !== undefined && !isPlainAssignments(own) && referencesOf(this.#expressionsOfBlock(signal, own)).size === 0;
        const assignment: Statement[] = plain
          ? [{ kind: "assign", target: signal.id, range: null, value, location: signal.location }]
          : own;
        // Where statements assign no more than parts, the default holds in the other bits.
        const onlyParts =
          isPlainAssignments(own) && own.every((statement) => statement.kind === "assign" && statement.range !== null);
        const withDefault = onlyParts && kind === "wire" && signal.signal.default !== null && value !== undefined;
        this.#blocks.push({
          signals: [signal],
          statements: withDefault
            ? [{ kind: "assign", target: signal.id, range: null, value, location: signal.location }]
            : assignment,
        });
      }
    }
  }

  #expressionsOfBlock(signal: Signal, statements: readonly Statement[]) {
    const fallback = signal.signal.kind === "wire" && signal.signal.default !== null ? [signal.signal.default] : [];
    return [...fallback, ...expressionsOfStatements(statements)];
  }

  #printedExpressions() {
    return [
      ...this.#blocks.flatMap(({ signals, statements }) => [
        ...signals.flatMap((signal) => this.#expressionsOfBlock(signal, [])),
        ...expressionsOfStatements(statements),
      ]),
      ...expressionsOfParts(this.#module),
      ...expressionsOfProperties(this.#module),
    ];
  }

  print(): string {
    const module = this.#module;
    const isFormal = (block: { readonly signals: readonly Signal[] }): boolean =>
      block.signals.some(({ id }) => this.#formalOnly.has(id));
    const body: string[] = [];
    const section = (owner: string, print: () => string[]): void => {
      const lines = this.#expressions.section(owner, false, print);
      if (lines.length > 0) body.push(...lines, "");
    };
    for (const block of this.#blocks) if (!isFormal(block)) section(block.signals[0]?.id ?? "", () => this.#block(block));
    for (const memory of module.memories) section(memory.name, () => this.#memory(memory));
    for (const instance of module.instances) section(instance.name, () => this.#instance(instance));
    const formal = this.#formalSection(this.#blocks.filter(isFormal));
    const sink = this.#sink();
    const declarations = this.#declarations(false);
    const lines = [
      ...documentationComment(module.documentation),
      `module ${module.name} (`,
      ...this.#ports(),
      `);${locationComment(module.location)}`,
      ...indented(declarations),
      ...(declarations.length > 0 ? [""] : []),
      ...indented(body),
      ...indented(formal),
      ...indented(sink),
    ];
    while (lines.at(-1) === "") lines.pop();
    return [...lines, "endmodule", ""].join("\n");
  }

  #ports(): string[] {
    const clocks = this.#module.domains.flatMap((domain) => [domain.clock, ...(domain.reset === null ? [] : [domain.reset])]);
    const ports: { readonly comment: readonly string[]; readonly text: string }[] = clocks.map((name) => ({
      comment: [],
      text: `input wire ${name}`,
    }));
    let previous = "";
    for (const signal of this.#module.signals) {
      const { kind } = signal.signal;
      if (kind !== "input" && kind !== "output") continue;
      const storage = kind === "output" && this.#isProcedural(signal) ? "reg" : "wire";
      const comment = signal.documentation === previous ? [] : documentationComment(signal.documentation);
      previous = signal.documentation;
      ports.push({ comment, text: `${kind} ${storage} ${typeText(signal)}${signal.id}` });
    }
    return indented(ports.flatMap(({ comment, text }, index) => [...comment, index === ports.length - 1 ? text : `${text},`]));
  }

  /** Whether an always block assigns the signal. */
  #isProcedural(signal: Signal): boolean {
    if (signal.signal.kind === "register") return true;
    const block = this.#blocks.find(({ signals }) => signals[0] === signal);
    return block !== undefined && !isPlainAssignments(block.statements);
  }

  #declarations(formal: boolean): string[] {
    const lines: string[] = [];
    for (const signal of this.#module.signals) {
      if (this.#formalOnly.has(signal.id) !== formal) continue;
      const { kind } = signal.signal;
      if (kind === "input" || kind === "output") continue;
      const isRegister = this.#isProcedural(signal) || (signal.signal.kind === "memoryRead" && this.#isSynchronous(signal));
      lines.push(...documentationComment(signal.documentation));
      const text = `${isRegister ? "reg" : "wire"} ${typeText(signal)}${signal.id}`;
      lines.push(`${text};${locationComment(signal.location)}`);
      if (signal.signal.kind === "register") {
        lines.push(`initial ${signal.id} = ${printConstant(signal.signal.init, signal.type)};`);
      } else if (signal.signal.kind === "memoryRead" && isRegister) {
        lines.push(`initial ${signal.id} = ${printConstant(0n, signal.type)};`);
      }
    }
    if (!formal) {
      for (const memory of this.#module.memories) {
        // yosys: no logic to keep the old word when it is read and written at one edge.
        const attribute = memory.collisions === "undefined" ? "(* no_rw_check *) " : "";
        const text = `${attribute}reg ${rangeOf(memory.width)}${memory.name} [0:${memory.depth - 1}]`;
        lines.push(`${text};${locationComment(memory.location)}`);
        if (memory.init !== null) lines.push(`initial $readmemh("${memoryFile(this.#module.name, memory.name)}", ${memory.name});`);
      }
    }
    return lines;
  }

  #isSynchronous(signal: Signal): boolean {
    return this.#module.memories.some((memory) => memory.reads.some((read) => read.data === signal.id && read.domain !== null));
  }

  #clock(domain: string): string {
    return this.#domains.get(domain)?.clock ?? "clk";
  }

  #reset(domain: string): string | null {
    return this.#domains.get(domain)?.reset ?? null;
  }

  #block({ signals, statements }: { readonly signals: readonly Signal[]; readonly statements: readonly Statement[] }): string[] {
    const [first] = signals;
    if (first === undefined || statements.length === 0) return [];
    if (first.signal.kind === "register") {
      const lines = this.#statements(statements, "<=");
      const reset = this.#reset(first.signal.domain);
      const cleared = signals.filter(({ signal }) => signal.kind === "register" && signal.resettable);
      if (reset !== null && cleared.length > 0) {
        const inits = cleared.map(
          ({ id, signal, type }) => `${id} <= ${printConstant(signal.kind === "register" ? signal.init : 0n, type)};`,
        );
        // The reset comes last: it wins, and registers without reset keep their own enables.
        lines.push(...branch(`if (${reset})`, inits));
      }
      return [`always @(posedge ${this.#clock(first.signal.domain)}) begin`, ...indented(lines), "end"];
    }
    if (isPlainAssignments(statements)) return this.#statements(statements, "assign");
    const fallback = first.signal.kind === "wire" ? first.signal.default : null;
    const lines = this.#statements(statements, "=");
    if (fallback !== null) lines.unshift(`${first.id} = ${this.#expressions.print(fallback)};`);
    return ["always @* begin", ...indented(lines), "end"];
  }

  #statements(statements: readonly Statement[], assignment: "assign" | "=" | "<="): string[] {
    const print = (expression: Parameters<ExpressionPrinter["print"]>[0]): string => this.#expressions.print(expression);
    return statements.flatMap((statement) => {
      switch (statement.kind) {
        case "assign": {
          const { target, range, value, location } = statement;
          const part = range === null || this.#signals.get(target)?.type.width === 1 ? "" : partText(range.high, range.low);
          const operator = assignment === "assign" ? "=" : assignment;
          return [
            `${assignment === "assign" ? "assign " : ""}${target}${part} ${operator} ${print(value)};${locationComment(location)}`,
          ];
        }
        case "when": {
          const condition = print(statement.condition);
          const then = this.#statements(statement.then, assignment);
          const otherwise = this.#statements(statement.otherwise, assignment);
          if (then.length === 0) return branch(`if (~${isName(condition) ? condition : `(${condition})`})`, otherwise);
          if (otherwise.length === 0) return branch(`if (${condition})`, then);
          const head = branch(`if (${condition})`, then);
          return joinBranches(
            head,
            statement.otherwise.length === 1 && statement.otherwise[0]?.kind === "when"
              ? elseIf(otherwise)
              : branch("else", otherwise),
          );
        }
        case "switch": {
          const subject = statement.subject;
          const states = subject.kind === "reference" ? statesOf(this.#signals.get(subject.signal)) : undefined;
          const cases = statement.cases.flatMap(({ values, body }) => {
            const labels = values.map((value) => printConstant(value, subject.type)).join(", ");
            const names = states === undefined ? "" : ` // ${values.map((value) => states[Number(value)] ?? "").join(", ")}`;
            const lines = this.#statements(body, assignment);
            return lines.length === 0 ? [`${labels}: ;${names}`] : [`${labels}: begin${names}`, ...indented(lines), "end"];
          });
          const rest = this.#statements(statement.default, assignment);
          const fallback = rest.length === 0 ? ["default: ;"] : ["default: begin", ...indented(rest), "end"];
          return [`case (${print(subject)})`, ...indented([...cases, ...fallback]), "endcase"];
        }
      }
    });
  }

  #memory(memory: Memory): string[] {
    const print = (expression: Parameters<ExpressionPrinter["print"]>[0]): string => this.#expressions.print(expression);
    const lines: string[] = [];
    const partial = !Number.isInteger(Math.log2(memory.depth));
    const inside = (address: Memory["reads"][number]["address"]): string =>
      print({
        kind: "binary",
        type: { signed: false, width: 1 },
        operator: "lt",
        left: address,
        right: { kind: "constant", type: address.type, value: BigInt(memory.depth), location: memory.location },
        location: memory.location,
      });
    for (const write of memory.writes) {
      const address = print(write.address);
      const stores: string[] = [];
      if (write.mask === null) {
        stores.push(`${memory.name}[${address}] <= ${print(write.data)};`);
      } else {
        for (let part = 0; part < memory.width / memory.granularity; part++) {
          const low = part * memory.granularity;
          const high = low + memory.granularity - 1;
          const enable = this.#expressions.printSlice(write.mask, part, part);
          const data = this.#expressions.printSlice(write.data, high, low);
          const range = memory.granularity === memory.width ? "" : partText(high, low);
          stores.push(`if (${enable}) ${memory.name}[${address}]${range} <= ${data};`);
        }
      }
      const guarded = partial ? branch(`if (${inside(write.address)})`, stores) : stores;
      const always = write.enable.kind === "constant" && write.enable.value === 1n;
      const body = always ? guarded : branch(`if (${print(write.enable)})`, guarded);
      lines.push(`always @(posedge ${this.#clock(write.domain)}) begin`, ...indented(body), "end");
    }
    for (const read of memory.reads) {
      const word = `${memory.name}[${print(read.address)}]`;
      const width = this.#signals.get(read.data)?.type.width ?? memory.width;
      const zero = printConstant(0n, { signed: false, width });
      const value = partial ? `${inside(read.address)} ? ${word} : ${zero}` : word;
      if (read.domain === null) {
        lines.push(`assign ${read.data} = ${value};`);
        continue;
      }
      const load = [`${read.data} <= ${value};`];
      const body = read.enable === null ? load : branch(`if (${print(read.enable)})`, load);
      lines.push(`always @(posedge ${this.#clock(read.domain)}) begin`, ...indented(body), "end");
    }
    return lines;
  }

  #instance(instance: Instance): string[] {
    const child = this.#children.get(instance.module);
    if (child === undefined) throw new Error(`module ${instance.module} is not in the circuit`);
    const connections: string[] = [];
    for (const domain of child.domains) {
      const parent = instance.domains.find((mapping) => mapping.child === domain.name)?.parent ?? domain.name;
      connections.push(`.${domain.clock}(${this.#clock(parent)})`);
      if (domain.reset !== null) connections.push(`.${domain.reset}(${this.#reset(parent) ?? "1'd0"})`);
    }
    for (const input of instance.inputs) connections.push(`.${input.port}(${this.#expressions.print(input.value)})`);
    for (const output of instance.outputs) connections.push(`.${output.port}(${output.signal})`);
    const parameters = (child.blackBox?.parameters ?? []).map(
      ({ name, value }) => `.${name}(${typeof value === "string" ? JSON.stringify(value) : value.toString()})`,
    );
    const head =
      parameters.length === 0 ? `${child.name} ${instance.name} (` : `${child.name} #(${parameters.join(", ")}) ${instance.name} (`;
    const separated = connections.map((text, index) => (index === connections.length - 1 ? text : `${text},`));
    return [`${head}${locationComment(instance.location)}`, ...indented(separated), ");"];
  }

  #formalSection(blocks: readonly { readonly signals: readonly Signal[]; readonly statements: readonly Statement[] }[]): string[] {
    const { properties } = this.#module;
    if (properties.length === 0) return [];
    const lines: string[] = [...this.#declarations(true)];
    for (const block of blocks)
      lines.push(...this.#expressions.section(block.signals[0]?.id ?? "", true, () => this.#block(block)));
    for (const property of properties)
      lines.push(...this.#expressions.section(property.name, true, () => this.#property(property)));
    return ["`ifdef FORMAL", ...indented(lines), "`endif", ""];
  }

  #property(property: Property): string[] {
    const reset = this.#reset(property.domain);
    const always = property.enable.kind === "constant" && property.enable.value === 1n;
    const conditions = [...(reset === null ? [] : [`~${reset}`]), ...(always ? [] : [this.#nested(property.enable)])];
    const guard = conditions.length === 0 ? "" : `if (${conditions.join(" & ")}) `;
    const statement = `${property.name}: ${property.kind} (${this.#expressions.print(property.condition)});`;
    return [
      `// ${property.message.replaceAll("\n", " ")}${locationComment(property.location).replace(" //", "")}`,
      `always @(posedge ${this.#clock(property.domain)}) begin`,
      `  ${guard}${statement}`,
      "end",
    ];
  }

  #nested(expression: Parameters<ExpressionPrinter["print"]>[0]): string {
    const text = this.#expressions.print(expression);
    return isName(text) ? text : `(${text})`;
  }

  /** Bits that nothing reads go into one wire, so that linters report only what is unused by mistake. */
  #sink(): string[] {
    const unread: string[] = [];
    for (const signal of this.#module.signals) {
      if (signal.signal.kind === "output" || this.#formalOnly.has(signal.id)) continue;
      unread.push(...this.#expressions.unread(signal.id, signal.type.width));
    }
    for (const [name, width] of this.#expressions.madeWires) unread.push(...this.#expressions.unread(name, width));
    if (unread.length === 0) return [];
    return ["// Bits that nothing reads.", `wire _unused = &{1'b0, ${unread.join(", ")}};`];
  }
}

/** Whether the statements are assignments that can each be an `assign`: unconditional and of different bits. */
function isPlainAssignments(statements: readonly Statement[]): boolean {
  let assigned = 0n;
  let whole = false;
  for (const statement of statements) {
    if (statement.kind !== "assign") return false;
    const { range } = statement;
    if (range === null) {
      if (whole || assigned !== 0n) return false;
      whole = true;
    } else {
      const mask = ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low);
      if (whole || (assigned & mask) !== 0n) return false;
      assigned |= mask;
    }
  }
  return true;
}

function typeText(signal: Signal): string {
  return `${signal.type.signed && signal.type.width > 1 ? "signed " : ""}${rangeOf(signal.type.width)}`;
}

function partText(high: number, low: number): string {
  return high === low ? `[${high}]` : `[${high}:${low}]`;
}

function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

function statesOf(signal: Signal | undefined): readonly string[] | undefined {
  return signal?.signal.kind === "register" ? signal.signal.states : undefined;
}

function branch(head: string, lines: readonly string[]): string[] {
  return [`${head} begin`, ...indented(lines), "end"];
}

/** `end` and the `else` after it on one line. */
function joinBranches(first: readonly string[], second: readonly string[]): string[] {
  return [...first.slice(0, -1), `end ${second[0] ?? ""}`, ...second.slice(1)];
}

function elseIf(lines: readonly string[]): string[] {
  return [`else ${lines[0] ?? ""}`, ...lines.slice(1)];
}
