"""What a failed send means: may it be tried again, was it perhaps done, and what does it say about the customer?"""

from __future__ import annotations

import requests
from twilio.base.exceptions import TwilioException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError, SSLError

from support.delivery.states import TRANSIENT_CODES

OPTED_OUT = "21610"
CLOSED_WINDOW = "63016"
BEFORE_SENDING = (NewConnectionError, ConnectTimeoutError, ProxyError, SSLError)


class SendError(Exception):
    """The provider did not say that it took the message.

    ``code`` is Twilio's error code, or a word of ours. ``permanent``: trying again is pointless. ``in_doubt``: the
    message may be on its way all the same, so ask (``client.find``) before sending again. ``closed_window``: only a
    template may be sent now. ``opted_out``: the customer said STOP.
    """

    def __init__(
        self,
        code: str,
        *,
        permanent: bool,
        in_doubt: bool = False,
        closed_window: bool = False,
        opted_out: bool = False,
    ) -> None:
        super().__init__(code)
        self.code, self.permanent, self.in_doubt = code, permanent, in_doubt
        self.closed_window, self.opted_out = closed_window, opted_out


def refused(error: TwilioException) -> SendError:
    """The provider answered with an error, or with something that is no answer.

    Every 5xx is in doubt: a gateway may give up on a server that went on and sent the message, and asking costs one
    request where a double message costs trust. https://www.twilio.com/docs/api/errors
    """
    status = int(getattr(error, "status", 0) or 0)
    code = str(getattr(error, "code", "") or status or "unreadable")
    if status == 0 or status >= 500:
        return SendError(code, permanent=False, in_doubt=True)
    return SendError(
        code,
        permanent=not (status in (408, 429) or code in TRANSIENT_CODES),
        closed_window=code == CLOSED_WINDOW,
        opted_out=code == OPTED_OUT,
    )


def unreached(error: requests.RequestException) -> SendError:
    """The connection failed: before anything was sent, or after."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, BEFORE_SENDING):
        return SendError("unreachable", permanent=False)
    code = "timeout" if isinstance(error, requests.Timeout) else "cut_off"
    return SendError(code, permanent=False, in_doubt=True)
