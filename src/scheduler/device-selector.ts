import { nanos } from "../objects/quantity.ts";
import type { Device, DeviceAttribute } from "../objects/resource-claim.ts";

/** A device and the driver that publishes it. */
export interface Candidate {
  readonly driver: string;
  readonly device: Device;
}

/**
 * Whether a device fits a CEL expression; undefined where that cannot be told here. Understood is what selectors are
 * mostly made of: driver, attributes and capacity compared with literals, joined by `&&`, `||`, `!` and brackets
 * (k8s.io/dynamic-resource-allocation v0.36 cel/compile.go has the whole language).
 */
export function fitsSelector(expression: string, candidate: Candidate): boolean | undefined {
  const tokens = expression.length <= MOST_LENGTH ? tokensOf(expression) : undefined;
  if (!tokens) return undefined;
  const parser = new Parser(tokens, candidate);
  try {
    const value = parser.either();
    return parser.isAtEnd && typeof value === "boolean" ? value : undefined;
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

/** The API server accepts no longer expression (kubernetes v1.36 pkg/apis/resource/types.go CELSelectorExpressionMaxLength). */
const MOST_LENGTH = 10 * 1024;
/** How deep brackets, `!` and `-` may be nested. */
const MOST_DEPTH = 100;

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[-<>!()[\].,]))/y;

function tokensOf(expression: string): readonly string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const source = expression.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) return undefined;
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** A quantity stands apart from numbers: only its own functions compare it. */
interface Quantity {
  readonly nanos: bigint;
}
/** Undefined: a value that is not known here. Two such are not equal, and anything compared with one is not known. */
type Value = boolean | string | number | Quantity | undefined;

/** Evaluates while it parses: an expression is short, and each device asks once. */
class Parser {
  #at = 0;
  #depth = 0;
  readonly #tokens: readonly string[];
  readonly #candidate: Candidate;

  constructor(tokens: readonly string[], candidate: Candidate) {
    this.#tokens = tokens;
    this.#candidate = candidate;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  either(): Value {
    let left = this.#both();
    while (this.#takes("||")) {
      const right = this.#both();
      left = left === true || right === true ? true : left === false && right === false ? false : undefined;
    }
    return left;
  }

  #both(): Value {
    let left = this.#comparison();
    while (this.#takes("&&")) {
      const right = this.#comparison();
      left = left === false || right === false ? false : left === true && right === true ? true : undefined;
    }
    return left;
  }

  #comparison(): Value {
    const left = this.#value();
    if (this.#takes("in")) return this.#isAmong(left);
    const operator = this.#peek();
    if (operator === undefined || !COMPARE.has(operator)) return left;
    this.#at += 1;
    return compared(left, operator, this.#value());
  }

  #isAmong(left: Value): Value {
    this.#expect("[");
    let isIn: Value = false;
    do {
      if (this.#peek() === "]") break;
      const same = compared(left, "==", this.#value());
      isIn = isIn === true || same === true ? true : isIn === undefined || same === undefined ? undefined : false;
    } while (this.#takes(","));
    this.#expect("]");
    return isIn;
  }

  #value(): Value {
    if (this.#depth >= MOST_DEPTH) throw new NotUnderstood();
    this.#depth += 1;
    const value = this.#operand();
    this.#depth -= 1;
    return value;
  }

  #operand(): Value {
    if (this.#takes("!")) {
      const value = this.#value();
      return typeof value === "boolean" ? !value : undefined;
    }
    if (this.#takes("(")) {
      const value = this.either();
      this.#expect(")");
      return value;
    }
    if (this.#takes("-")) {
      const value = this.#value();
      return typeof value === "number" ? -value : undefined;
    }
    const token = this.#next();
    if (token === "true" || token === "false") return token === "true";
    if (/^\d/.test(token)) return Number(token);
    if (/^["']/.test(token)) return unquoted(token);
    if (token === "quantity") return this.#quantity();
    if (token === "device") return this.#field();
    throw new NotUnderstood();
  }

  #quantity(): Quantity {
    this.#expect("(");
    const amount = nanos(unquoted(this.#next()));
    this.#expect(")");
    if (amount === undefined) throw new NotUnderstood();
    return { nanos: amount };
  }

  /** `device.driver`, `device.attributes["domain"].name`, `device.capacity["domain"].name.compareTo(quantity("1Gi"))`. */
  #field(): Value {
    const { driver, device } = this.#candidate;
    this.#expect(".");
    const field = this.#next();
    if (field === "driver") return driver;
    if (field !== "attributes" && field !== "capacity") throw new NotUnderstood();
    this.#expect("[");
    const domain = unquoted(this.#next());
    this.#expect("]");
    this.#expect(".");
    const id = this.#next();
    if (field === "attributes") return attributeValue(named(device.attributes, domain, id, driver));
    const amount = nanos(named(device.capacity, domain, id, driver)?.value);
    if (!this.#takes(".")) return amount === undefined ? undefined : { nanos: amount };
    const method = this.#next();
    this.#expect("(");
    const other = this.#value();
    this.#expect(")");
    if (amount === undefined || typeof other !== "object") return undefined;
    if (method === "compareTo") return amount < other.nanos ? -1 : amount > other.nanos ? 1 : 0;
    if (method === "isGreaterThan") return amount > other.nanos;
    if (method === "isLessThan") return amount < other.nanos;
    throw new NotUnderstood();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#peek();
    if (token === undefined) throw new NotUnderstood();
    this.#at += 1;
    return token;
  }

  #takes(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw new NotUnderstood();
  }
}

const COMPARE: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

function compared(left: Value, operator: string, right: Value): boolean | undefined {
  if (left === undefined || right === undefined || typeof left !== typeof right) return undefined;
  const [a, b] =
    typeof left === "object" && typeof right === "object" ? [left.nanos, right.nanos] : [left, right as typeof left];
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  // Strings and truth values have an order in CEL that nobody writes in a selector.
  if (typeof left !== "number") return undefined;
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
}

/** Names without a domain belong to the driver's own (cel/compile.go DeviceMatches). */
const named = <T>(all: Readonly<Record<string, T>> | undefined, domain: string, id: string, driver: string) =>
  all?.[`${domain}/${id}`] ?? (domain === driver ? all?.[id] : undefined);

/** A version is compared by functions of its own. */
const attributeValue = (attribute: DeviceAttribute | undefined): Value =>
  attribute?.string ?? attribute?.int ?? attribute?.bool;

function unquoted(token: string): string {
  if (!/^["']/.test(token) || token.includes("\\")) throw new NotUnderstood();
  return token.slice(1, -1);
}
