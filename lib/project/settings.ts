import { DEFAULT_COUNTRY_DATABASE } from "../model/country-database";

/** What a new project is made with. */
export interface ProjectOptions {
  /** A legal name of an npm package. */
  readonly name: string;
  /** Deployed by Terraform (cdktf) rather than by `cdkfw deploy` alone. */
  readonly terraform: boolean;
  /** The version of cdkfw that the project is made for. */
  readonly version: string;
  /** Whether its rules name countries, whose networks come from a database. @default false */
  readonly countries?: boolean;
}

/** Texts by file name, in the order in which people read them. */
export type ProjectFiles = Readonly<Record<string, string>>;

/** What every project in TypeScript has, whatever its policy says. */
export function settingsFiles(options: ProjectOptions): ProjectFiles {
  return {
    "package.json": json(packageOf(options)),
    "tsconfig.json": TSCONFIG,
    ".gitignore": "node_modules/\ncdktf.out/\n.terraform/\n*.tfstate*\n",
    ...(options.terraform && { "cdktf.json": json(cdktfOf(options)) }),
  };
}

function packageOf({ name, terraform, version, countries = false }: ProjectOptions) {
  return {
    name,
    private: true,
    scripts: { synth: "cdkfw synth", diff: "cdkfw diff", deploy: "cdkfw deploy", check: "tsc" },
    dependencies: {
      cdkfw: `^${version}`,
      constructs: "~10.7.2",
      ...(countries && { [DEFAULT_COUNTRY_DATABASE]: "^2.3.2026061719" }),
      ...(terraform && { "@cdktf/provider-null": "^11.0.1", cdktf: "^0.21.0" }),
    },
    devDependencies: { "@types/node": "^20.19.0", tsx: "^4.23.0", typescript: "~5.9.0" },
  };
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "Node16",
    "moduleResolution": "Node16",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true,
    "types": ["node"]
  }
}
`;

function cdktfOf({ name }: ProjectOptions) {
  return { language: "typescript", app: "npx tsx main.ts", projectId: name, sendCrashReports: "false" };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
