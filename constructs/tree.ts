/**
 * The tree that constructs live in: the package `constructs`, by the path of its file. By its bare name, a compiler
 * that is told `baseUrl: "."` would find this folder instead.
 */
export { Construct, type IConstruct } from "constructs/lib/construct";
