"""What a server turns out not to have: learned from its refusals, remembered for the run, said once."""

from __future__ import annotations

from collections.abc import Callable, Collection

from dbt_docsmith.errors import ProviderError, RequestRejected
from dbt_docsmith.llm.providers.base import Abilities, Notice
from dbt_docsmith.llm.providers.http_errors import Endpoint, Refusal, http_error
from dbt_docsmith.llm.providers.step_down import say_step, unsupported_parameter, without

Translate = Callable[[Refusal, Endpoint], ProviderError]

_REFUSES_PARAMETERS = {400, 422}


class Learning:
    """The ``abilities`` that are left of a server's; ``notice`` is told of each that is not.

    ``translate`` makes an error of any other refusal, where a vendor says more than the status does.
    """

    def __init__(
        self, abilities: Abilities, endpoint: Endpoint, notice: Notice, translate: Translate = http_error
    ) -> None:
        self.abilities = abilities
        self._endpoint = endpoint
        self._notice = notice
        self._translate = translate

    def error(self, refusal: Refusal, sent: Collection[str], asked: Abilities) -> ProviderError:
        """The error that ``refusal`` stands for.

        Where it is about a parameter of ``sent``, that is learned, and the error is RequestRejected with its name:
        ask once more. ``asked`` are the abilities that the request was built from.
        """
        if refusal.status in _REFUSES_PARAMETERS:
            parameter = unsupported_parameter(sent, refusal.said, refusal.parameter)
            if parameter is not None:
                self._step_down(asked, without(asked, parameter))
                what = f"{parameter} is not supported"
                return RequestRejected(self._endpoint.failure(what, said=refusal.said), parameter=parameter)
        return self._translate(refusal, self._endpoint)

    def _step_down(self, asked: Abilities, lesser: Abilities) -> None:
        if self.abilities == asked:  # else another request in flight has learned it already
            self.abilities = lesser
            self._notice(f"{self._endpoint.where}, model {self._endpoint.model}: {say_step(asked, lesser)}")
