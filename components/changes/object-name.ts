/** Whether it names an object as changes do: `model:gpt-4.1`, `route:auto`, `key:shop`, `settings`, … */
export function isObject(name: string): boolean {
  return /^((provider|region|model|target|route|key|order):.+|settings|allow_literal_secrets)$/.test(
    name,
  );
}
