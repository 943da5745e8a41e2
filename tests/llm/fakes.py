"""What the tests of this wing hand in instead of time, a wire and a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.types import Completion, CompletionRequest, Evidence, Prompt

EVIDENCE = Evidence(unique_id="model.shop.orders", name="orders", resource_type="model", relation="ref('orders')")
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
PROMPT = Prompt(template="model", system="You describe.", user="Describe orders.", schema=SCHEMA)
REQUEST = CompletionRequest(prompt=PROMPT, model="m-1", max_tokens=100)


class Clock:
    """Time that passes only when somebody sleeps; ``slept`` says how long each time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += max(0.0, seconds)


class ScriptedProvider:
    """Answers or fails as the script says; the last item holds for every later request."""

    def __init__(self, name: str, script: Sequence[str | Exception], *, offline: bool = False) -> None:
        self.name = name
        self.model = f"{name}-model"
        self.host = f"{name}.example"
        self.offline = offline
        self.requests: list[CompletionRequest] = []
        self.closed = False
        self.limits = ServerLimits()
        self.before: Callable[[], object] = lambda: None
        self._script = list(script)

    async def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        self.before()
        said = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(said, Exception):
            raise said
        return Completion(text=said, provider=self.name, model=self.model)

    async def aclose(self) -> None:
        self.closed = True
