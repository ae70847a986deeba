"""The article's sequential fallback client, as printed there; only base URL and key come from outside."""
import json
import sys
import time
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Dict, Optional

import requests


class ModelTier(Enum):
    PRIMARY = "gpt-4.1"
    FALLBACK_1 = "claude-sonnet-4-5"
    FALLBACK_2 = "gemini-2.5-flash"
    EMERGENCY = "deepseek-v3"


@dataclass
class APIResponse:
    success: bool
    data: Optional[Dict[str, Any]]
    model_used: str
    latency_ms: float
    error: Optional[str] = None


class SelfHealingClient:
    def __init__(self, base_url: str, api_key: str):
        self.api_key = api_key
        self.base_url = base_url
        self.headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
        }
        self.model_priority = [
            ModelTier.PRIMARY.value,
            ModelTier.FALLBACK_1.value,
            ModelTier.FALLBACK_2.value,
            ModelTier.EMERGENCY.value,
        ]
        self.health_cache = {}
        self.last_health_check = 0

    def check_model_health(self) -> Dict[str, bool]:
        current_time = time.time()
        if current_time - self.last_health_check < 30:
            return self.health_cache
        health_status = {}
        for model in self.model_priority:
            try:
                response = requests.post(
                    f"{self.base_url}/chat/completions",
                    headers=self.headers,
                    json={
                        "model": model,
                        "messages": [{"role": "user", "content": "health"}],
                        "max_tokens": 1,
                    },
                    timeout=5,
                )
                health_status[model] = response.status_code == 200
            except Exception:
                health_status[model] = False
        self.health_cache = health_status
        self.last_health_check = current_time
        return health_status

    def send_message(self, prompt: str, system_prompt: str = "You are helpful.") -> APIResponse:
        health_status = self.check_model_health()
        start_time = time.time()
        errors = []
        for model in self.model_priority:
            if not health_status.get(model, False):
                errors.append(f"{model}: unhealthy, skipping")
                continue
            try:
                response = requests.post(
                    f"{self.base_url}/chat/completions",
                    headers=self.headers,
                    json={
                        "model": model,
                        "messages": [
                            {"role": "system", "content": system_prompt},
                            {"role": "user", "content": prompt},
                        ],
                        "temperature": 0.7,
                        "max_tokens": 2048,
                    },
                    timeout=30,
                )
                if response.status_code == 200:
                    latency = (time.time() - start_time) * 1000
                    return APIResponse(
                        success=True,
                        data=response.json(),
                        model_used=model,
                        latency_ms=latency,
                    )
                else:
                    errors.append(f"{model}: {response.status_code}")
            except requests.exceptions.RequestException as e:
                errors.append(f"{model}: {str(e)}")
                continue
        return APIResponse(
            success=False,
            data=None,
            model_used="none",
            latency_ms=(time.time() - start_time) * 1000,
            error=f"All models failed: {'; '.join(errors)}",
        )


if __name__ == "__main__":
    client = SelfHealingClient(sys.argv[1], sys.argv[2])
    result = client.send_message("Explain quantum entanglement in simple terms")
    print(json.dumps({**asdict(result), "health": client.health_cache}))
