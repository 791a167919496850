// Every regular expression in a TypeScript source file: literals, and `new RegExp(…)` with the constants it is built from.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "@babel/parser";

/** A regular expression and where it is. */
export interface Expression {
  readonly file: string;
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

/** The part of Babel's nodes that is read here. */
interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } } | null;
  readonly [field: string]: unknown;
}

/** What stands for data of the program's input in an expression: the code escapes it, so it is a word. */
const DATA = "x";

/** Finds the expressions of one file, in the order in which they are written. */
export function expressionsIn(file: string): readonly Expression[] {
  const module = moduleOf(file);
  const found: Expression[] = [];
  walk(module.program, (node) => {
    const line = node.loc?.start.line ?? 0;
    if (node.type === "RegExpLiteral") {
      found.push({ file, line, source: String(node.pattern), flags: String(node.flags) });
    }
    const { callee, arguments: args } = node as { callee?: Node; arguments?: readonly Node[] };
    if ((node.type === "NewExpression" || node.type === "CallExpression") && callee?.name === "RegExp" && args?.[0]) {
      const flags = args[1] ? (textsOf(args[1], module)[0] ?? "") : "";
      for (const source of textsOf(args[0], module)) found.push({ file, line, source, flags });
    }
  });
  return found;
}

interface Module {
  readonly file: string;
  readonly program: Node;
  /** The values that a name is given: of a constant one, of a loop over a list several. */
  readonly constants: ReadonlyMap<string, readonly Node[]>;
  /** name → the file it is imported from. */
  readonly imports: ReadonlyMap<string, string>;
}

const modules = new Map<string, Module>();

function moduleOf(file: string): Module {
  const known = modules.get(file);
  if (known) return known;
  const { program } = parse(readFileSync(file, "utf8"), { sourceType: "module", plugins: ["typescript"] });
  const constants = new Map<string, readonly Node[]>();
  const imports = new Map<string, string>();
  walk(program as unknown as Node, (node) => {
    if (node.type === "VariableDeclarator" && node.init) constants.set(nameOf(node.id), [node.init as Node]);
    if (node.type === "ForOfStatement") {
      const { left, right } = node as unknown as { left: { declarations?: { id: Node }[] }; right: Node };
      const elements = right.type === "ArrayExpression" ? (right.elements as Node[]) : [];
      if (left.declarations?.[0]) constants.set(nameOf(left.declarations[0].id), elements);
    }
    if (node.type === "ImportDeclaration") {
      const from = join(dirname(file), (node.source as { value: string }).value);
      for (const { local } of node.specifiers as { local: { name: string } }[]) imports.set(local.name, from);
    }
  });
  const module = { file, program: program as unknown as Node, constants, imports };
  modules.set(file, module);
  return module;
}

const nameOf = (node: unknown) => String((node as { name?: unknown } | undefined)?.name ?? "");

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === "object" && typeof child.type === "string") walk(child, visit);
    }
  }
}

/** The texts that an expression of the program may have, where its parts are constants. */
function textsOf(node: Node, module: Module): readonly string[] {
  switch (node.type) {
    case "StringLiteral":
      return [String(node.value)];
    case "RegExpLiteral":
      return [String(node.pattern)];
    case "TemplateLiteral": {
      const quasis = node.quasis as { value: { cooked: string } }[];
      const parts = (node.expressions as Node[]).map((one) => textsOf(one, module));
      return parts.reduce<readonly string[]>(
        (texts, part, index) =>
          texts.flatMap((text) => part.map((one) => text + one + (quasis[index + 1]?.value.cooked ?? ""))),
        [quasis[0]?.value.cooked ?? ""],
      );
    }
    case "BinaryExpression":
      return textsOf(node.left as Node, module).flatMap((left) =>
        textsOf(node.right as Node, module).map((right) => left + right),
      );
    case "Identifier": {
      const name = nameOf(node);
      const values = module.constants.get(name);
      if (values) return values.flatMap((value) => textsOf(value, module));
      const from = module.imports.get(name);
      return from?.endsWith(".ts") ? textsOf(node, { ...moduleOf(from), imports: new Map() }) : [DATA];
    }
    case "MemberExpression":
      return nameOf(node.property) === "source" ? textsOf(node.object as Node, module) : [DATA];
    case "NewExpression":
      return textsOf((node.arguments as Node[])[0] as Node, module);
    case "CallExpression": {
      const { callee, arguments: args } = node as unknown as { callee: Node; arguments: Node[] };
      const list = callee.object as Node | undefined;
      if (nameOf(callee.property) === "join" && list) {
        const elements = list.type === "Identifier" ? module.constants.get(nameOf(list))?.[0]?.elements : list.elements;
        const separator = args[0] ? (textsOf(args[0], module)[0] ?? "") : ",";
        if (elements) return [(elements as Node[]).map((one) => textsOf(one, module)[0]).join(separator)];
      }
      // A function of the same file that returns an expression.
      const [called] = module.constants.get(nameOf(callee)) ?? [];
      return called?.type === "ArrowFunctionExpression" ? textsOf(called.body as Node, module) : [DATA];
    }
    case "TSAsExpression":
      return textsOf(node.expression as Node, module);
    default:
      return [DATA];
  }
}
