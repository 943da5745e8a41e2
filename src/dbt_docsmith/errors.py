"""Every error a run can meet, and the exit code of each.

DocsmithError
├── UsageError               exit 2: an option, a value, a selector that cannot be right
├── ConfigError              exit 2: a configuration file, template or variable that cannot be right
│   └── CredentialsMissing   exit 2: a provider is chosen and its key or SDK is not there
├── ProjectError             exit 2: no dbt project, no manifest, a manifest that cannot be read
├── ProposalsError           exit 2: a file of proposals that cannot be read, or must not be written over
├── NoLongerFits             the project has moved on since a text was proposed; that text is not written
├── ProviderError            one request failed; the node fails and the run goes on
│   ├── AuthenticationFailed     this provider will answer nothing more in this run
│   ├── QuotaExhausted           this provider will answer nothing more in this run
│   ├── RateLimited              may pass when tried again
│   ├── ServerFailed             5xx or an answer that cannot be read: may pass when tried again
│   ├── ConnectionFailed         no answer at all: may pass when tried again
│   ├── DeadlineExceeded         no whole answer in time: may pass when tried again
│   ├── BudgetExhausted          exit 3: a limit of the budget is reached; what is done is written
│   ├── RequestRejected          the provider refuses this request as it stands
│   │   └── ContextOverflow          the prompt and its answer do not fit in the model's context
│   ├── AnswerRefused            the model or a filter declined to answer
│   ├── NotAsked                 the user wants nothing to be sent
│   └── Stopped                  the user had enough before this was sent
├── AnswerError              an answer came and is not fit to be written; that text fails
└── WriteError               one properties file cannot be edited; its nodes fail, the run goes on

An error's text is one line that says what is wrong, where, and what to do about it.
"""

from __future__ import annotations


class DocsmithError(Exception):
    """The root: anything a user can cause or must be told of."""

    exit_code = 1


class UsageError(DocsmithError):
    """An option, a value or a selector that cannot be right. Nothing was spent."""

    exit_code = 2


class ConfigError(DocsmithError):
    """A configuration file, a template or a variable that cannot be right. Nothing was spent."""

    exit_code = 2


class CredentialsMissing(ConfigError):
    """A provider was chosen and its key, or its SDK, is not there."""


class ProjectError(DocsmithError):
    """The dbt project or its manifest cannot be read. Nothing was spent."""

    exit_code = 2


class ProposalsError(DocsmithError):
    """A file of proposals that cannot be read, or must not be written over. Nothing was spent or written."""

    exit_code = 2


class NoLongerFits(DocsmithError):
    """The project has moved on since a text was proposed. That text is not written."""


class ProviderError(DocsmithError):
    """One request failed. ``retry_after`` is in seconds where the server named it.

    ``unbilled``: it surely cost nothing.
    """

    passing = False
    fatal = False
    unbilled = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AuthenticationFailed(ProviderError):
    """The provider does not accept the key: it will answer nothing more in this run."""

    fatal = True
    unbilled = True


class QuotaExhausted(ProviderError):
    """The account has no credit left: this provider will answer nothing more in this run."""

    fatal = True
    unbilled = True


class RateLimited(ProviderError):
    """Too many requests or tokens a minute."""

    passing = True
    unbilled = True


class ServerFailed(ProviderError):
    """The server failed, or answered something that is no answer."""

    passing = True


class ConnectionFailed(ProviderError):
    """No connection, or it dropped before the answer was whole."""

    passing = True


class Unreachable(ConnectionFailed):
    """Nobody listens at that address. If nobody ever did in this run, the provider will answer nothing."""

    unbilled = True


class DeadlineExceeded(ProviderError):
    """The whole answer did not arrive within the configured time."""

    passing = True


class BudgetExhausted(ProviderError):
    """A limit of the budget is reached: nothing more leaves in this run, to any provider."""

    exit_code = 3
    fatal = True
    unbilled = True


class RequestRejected(ProviderError):
    """The provider refuses this request as it stands. ``parameter`` names what it does not support."""

    unbilled = True

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class ContextOverflow(RequestRejected):
    """The prompt and its answer do not fit in the model's context: a shorter one may.

    ``excess`` is how many tokens are too many, None where the server does not say.
    """

    def __init__(self, message: str, *, excess: int | None = None) -> None:
        super().__init__(message)
        self.excess = excess


class AnswerRefused(ProviderError):
    """The model or a content filter declined to answer."""


class NotAsked(ProviderError):
    """The user wants nothing to be sent to this provider; what it answered before still serves."""

    fatal = True
    unbilled = True


class Stopped(ProviderError):
    """The user had enough before this was sent: no failure, and nothing of it is told."""


class AnswerError(DocsmithError):
    """An answer came, and what it says is not fit to be written."""


class WriteError(DocsmithError):
    """One properties file cannot be edited safely. It is left exactly as it was."""
