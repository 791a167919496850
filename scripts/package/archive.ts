import { gzipSync } from "node:zlib";

/** One file of an archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isExecutable: boolean;
}

const BLOCK = 512;
/** 2000-01-01: when something was built is nobody's business, and the same files give the same bytes. */
const MODIFIED = 946_684_800;

/** A tar.gz of regular files, sorted by name; POSIX ustar, as every tar and krew read it. */
export function archive(files: readonly ArchiveFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const blocks = sorted.flatMap(({ name, content, isExecutable }) => [
    header(name, content.length, isExecutable ? 0o755 : 0o644),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

function header(name: string, size: number, mode: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  const fields: readonly (readonly [number, string])[] = [
    [0, name],
    [100, octal(mode, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(size, 12)],
    [136, octal(MODIFIED, 12)],
    // The checksum counts itself as blanks.
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\x0000"],
  ];
  for (const [offset, text] of fields) block.write(text, offset, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
