// The article's multi-region router with its lost backticks put back; only base URL and key come from outside.

export class MultiRegionRouter {
  constructor(baseURL, apiKey) {
    this.apiKey = apiKey;
    this.baseURL = baseURL;
    this.regions = {
      "us-east": { priority: 1, healthy: true, latency: 0 },
      "eu-west": { priority: 2, healthy: true, latency: 0 },
      "ap-south": { priority: 3, healthy: true, latency: 0 },
    };
    this.currentRegion = "us-east";
    this.failureThreshold = 3;
    this.failureCount = {};
  }

  async healthCheck() {
    const results = {};
    for (const region of Object.keys(this.regions)) {
      const startTime = performance.now();
      try {
        const response = await fetch(`${this.baseURL}/models`, {
          headers: {
            Authorization: `Bearer ${this.apiKey}`,
            "X-Region": region,
          },
        });
        const latency = performance.now() - startTime;
        results[region] = {
          healthy: response.ok,
          latency,
          status: response.status,
        };
        this.regions[region].healthy = response.ok;
        this.regions[region].latency = latency;
      } catch (error) {
        results[region] = {
          healthy: false,
          latency: 9999,
          error: error.message,
        };
        this.regions[region].healthy = false;
      }
    }
    this.selectOptimalRegion();
    return results;
  }

  selectOptimalRegion() {
    const healthyRegions = Object.entries(this.regions)
      .filter(([, data]) => data.healthy)
      .sort((a, b) => a[1].latency - b[1].latency);
    if (healthyRegions.length > 0) {
      this.currentRegion = healthyRegions[0][0];
    }
  }

  recordFailure(region) {
    this.failureCount[region] = (this.failureCount[region] || 0) + 1;
    if (this.failureCount[region] >= this.failureThreshold) {
      this.regions[region].healthy = false;
      this.selectOptimalRegion();
    }
  }

  recordSuccess(region) {
    this.failureCount[region] = 0;
  }

  async chatCompletion(messages, options = {}) {
    const maxRetries = 3;
    let attempt = 0;
    while (attempt < maxRetries) {
      try {
        const response = await fetch(`${this.baseURL}/chat/completions`, {
          method: "POST",
          headers: {
            Authorization: `Bearer ${this.apiKey}`,
            "Content-Type": "application/json",
            "X-Region": this.currentRegion,
          },
          body: JSON.stringify({
            model: options.model || "gpt-4.1",
            messages,
            temperature: options.temperature || 0.7,
            max_tokens: options.maxTokens || 2048,
          }),
        });
        if (response.ok) {
          this.recordSuccess(this.currentRegion);
          return await response.json();
        }
        if (response.status === 503 || response.status === 429) {
          attempt++;
          this.recordFailure(this.currentRegion);
          await this.healthCheck();
          continue;
        }
        throw new Error(`HTTP ${response.status}`);
      } catch (error) {
        attempt++;
        this.recordFailure(this.currentRegion);
        if (attempt >= maxRetries) {
          throw new Error(`All retries failed: ${error.message}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
      }
    }
    throw new Error("All retries failed");
  }
}
