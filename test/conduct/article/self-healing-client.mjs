// The article's sequential fallback client, carried over from its Python to JavaScript line by line.
// Only base URL and key come from outside.

export class SelfHealingClient {
  constructor(baseUrl, apiKey) {
    this.baseUrl = baseUrl;
    this.headers = {
      Authorization: `Bearer ${apiKey}`,
      "Content-Type": "application/json",
    };
    this.modelPriority = ["gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-v3"];
    this.healthCache = {};
    this.lastHealthCheck = 0;
  }

  async checkModelHealth() {
    const currentTime = Date.now() / 1000;
    if (currentTime - this.lastHealthCheck < 30) {
      return this.healthCache;
    }
    const healthStatus = {};
    for (const model of this.modelPriority) {
      try {
        const response = await fetch(`${this.baseUrl}/chat/completions`, {
          method: "POST",
          headers: this.headers,
          body: JSON.stringify({
            model,
            messages: [{ role: "user", content: "health" }],
            max_tokens: 1,
          }),
          signal: AbortSignal.timeout(5_000),
        });
        healthStatus[model] = response.status === 200;
      } catch {
        healthStatus[model] = false;
      }
    }
    this.healthCache = healthStatus;
    this.lastHealthCheck = currentTime;
    return healthStatus;
  }

  async sendMessage(prompt, systemPrompt = "You are helpful.") {
    const healthStatus = await this.checkModelHealth();
    const startTime = Date.now();
    const errors = [];
    for (const model of this.modelPriority) {
      if (!healthStatus[model]) {
        errors.push(`${model}: unhealthy, skipping`);
        continue;
      }
      try {
        const response = await fetch(`${this.baseUrl}/chat/completions`, {
          method: "POST",
          headers: this.headers,
          body: JSON.stringify({
            model,
            messages: [
              { role: "system", content: systemPrompt },
              { role: "user", content: prompt },
            ],
            temperature: 0.7,
            max_tokens: 2048,
          }),
          signal: AbortSignal.timeout(30_000),
        });
        if (response.status === 200) {
          const data = await response.json();
          return { success: true, data, modelUsed: model, latencyMs: Date.now() - startTime };
        }
        errors.push(`${model}: ${response.status}`);
      } catch (error) {
        errors.push(`${model}: ${error}`);
      }
    }
    return {
      success: false,
      data: null,
      modelUsed: "none",
      latencyMs: Date.now() - startTime,
      error: `All models failed: ${errors.join("; ")}`,
    };
  }
}
