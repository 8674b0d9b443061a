import { build } from "esbuild";

/** Terraform starts `cdkfw apply` once per host, so that all it loads is paid for with every host. */
test("the start of `cdkfw apply` loads no policies, no compiler and no words of other languages", async () => {
  const { metafile } = await build({
    entryPoints: ["bin/commands/apply.ts"],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    external: ["cpu-features", "*.node"],
    outdir: "unwritten",
  });
  const loaded = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const stages = new Set(loaded.flatMap((file) => /^lib\/[a-z]+/.exec(file) ?? []));
  expect([...stages].sort()).toEqual(["lib/bundle", "lib/deploy", "lib/host", "lib/model", "lib/remote"]);
  const unneeded =
    /lib\/model\/(policy|conditions|services|addresses|inventory)\.ts|locales\/(?!en\.)|node_modules\/(yaml|ipaddr|tsx)/;
  expect(loaded.filter((file) => unneeded.test(file))).toEqual([]);
});
