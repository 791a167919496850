import { dump } from "js-yaml";

/** What plugin.yaml says of the plugin; its list of flags is not read here. */
export interface PluginDescriptor {
  readonly name: string;
  readonly shortDesc: string;
  readonly longDesc: string;
  readonly caveats: string;
  readonly command: string;
  readonly platforms: readonly Platform[];
}

/** A platform as Go, krew and `uname` know it, and as Bun does. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
  readonly bun: string;
}

/** An archive that was made. */
export interface BuiltArchive {
  readonly platform: Platform;
  /** The name of the file; the manifest finds it beside itself or where it was put. */
  readonly file: string;
  readonly sha256: string;
  /** The executable in it. */
  readonly executable: string;
}

/** krew-manifest.yaml. `from` is where the archives can be fetched; without it they are given with --archive. */
export function krewManifest(
  plugin: PluginDescriptor,
  version: string,
  archives: readonly BuiltArchive[],
  from?: string,
): string {
  const manifest = {
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: plugin.name },
    spec: {
      version: `v${version}`,
      shortDescription: plugin.shortDesc,
      description: plugin.longDesc,
      caveats: plugin.caveats,
      platforms: archives.map(({ platform: { os, arch }, file, sha256, executable }) => ({
        selector: { matchLabels: { os, arch } },
        uri: from ? `${from.replace(/\/$/, "")}/${file}` : file,
        sha256,
        files: [
          { from: executable, to: "." },
          { from: "LICENSE", to: "." },
          { from: "NOTICE", to: "." },
        ],
        bin: executable,
      })),
    },
  };
  return `# Written by npm run package. The checksums are those of the archives that it made in dist/packages/.\n${dump(manifest, { lineWidth: 100 })}`;
}
