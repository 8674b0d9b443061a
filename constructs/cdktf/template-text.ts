/** A text as Terraform reads it back: `${` and `%{` would start its template language, also in JSON. */
export function asLiteral(text: string): string {
  return text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
