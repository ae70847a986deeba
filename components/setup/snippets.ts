export const languages = ["curl", "python", "typescript", "aisdk"] as const;
export type Language = (typeof languages)[number];

/** A whole program that sends one call with this key to this gateway. */
export function snippet(language: Language, gatewayUrl: string, key: string): string {
  switch (language) {
    case "curl":
      return [
        `curl ${gatewayUrl}/v1/chat/completions \\`,
        `  -H "authorization: Bearer ${key}" \\`,
        `  -H "content-type: application/json" \\`,
        `  -d '{"model":"auto","messages":[{"role":"user","content":"Hello"}]}'`,
      ].join("\n");
    case "python":
      return [
        "from openai import OpenAI",
        "",
        "client = OpenAI(",
        `    base_url="${gatewayUrl}/v1",`,
        `    api_key="${key}",`,
        ")",
        "answer = client.chat.completions.create(",
        '    model="auto",',
        '    messages=[{"role": "user", "content": "Hello"}],',
        ")",
        "print(answer.choices[0].message.content)",
      ].join("\n");
    case "typescript":
      return [
        'import OpenAI from "openai";',
        "",
        "const client = new OpenAI({",
        `  baseURL: "${gatewayUrl}/v1",`,
        `  apiKey: "${key}",`,
        "});",
        "const answer = await client.chat.completions.create({",
        '  model: "auto",',
        '  messages: [{ role: "user", content: "Hello" }],',
        "});",
        "console.log(answer.choices[0]?.message.content);",
      ].join("\n");
    case "aisdk":
      return [
        'import { createOpenAICompatible } from "@ai-sdk/openai-compatible";',
        'import { generateText } from "ai";',
        "",
        "const gateway = createOpenAICompatible({",
        '  name: "bellwether",',
        `  baseURL: "${gatewayUrl}/v1",`,
        `  apiKey: "${key}",`,
        "});",
        'const { text } = await generateText({ model: gateway("auto"), prompt: "Hello" });',
        "console.log(text);",
      ].join("\n");
  }
}
