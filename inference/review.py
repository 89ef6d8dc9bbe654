"""The server of `inquit review`: serves the page of `inquit report` on this computer and saves people's corrections.

It listens on the loopback address only; the address contains a random token, so other users of the computer cannot
guess it, and requests under another host name (DNS rebinding) or from another site's page are refused.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import uvicorn
from fastapi import Body, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from inquit.inference.corrections import Change, Corrections, StaleVersion
from inquit.inference.page import correction_record, render_page
from inquit.inference.writers import OutputError
from inquit.models.result import ArticleResult

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

HOSTS = ("127.0.0.1", "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

#: If the environment asks for it, newer FastAPI sends traces, which contain addresses and so the token.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def new_token() -> str:
    return secrets.token_urlsafe(24)


def create_app(corrections: Corrections, *, token: str, title: str = "Review") -> FastAPI:
    """The server's application; every address starts with the token."""

    def check_token(given: str) -> None:
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise HTTPException(404)

    def check_origin(request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{request.headers['host']}":
            raise HTTPException(403, "requests from other sites are refused")

    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(check_origin)], telemetry=_NO_TELEMETRY
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)
    app.middleware("http")(_add_headers)

    @app.get("/{given}/", dependencies=[Depends(check_token)])
    def page() -> HTMLResponse:
        return HTMLResponse(
            render_page(
                corrections.results.values(),
                corrections.by_id(),
                title=title,
                server={
                    "reviewer": corrections.reviewer,
                    "versions": corrections.versions(),
                    "n_changes": corrections.n_changes,
                },
            )
        )

    @app.get("/{given}/changes", dependencies=[Depends(check_token)])
    def changes(since: int) -> dict[str, Any]:
        n_changes = corrections.n_changes
        changed = corrections.changed_since(since)
        return {"n_changes": n_changes, "articles": [_state(corrections, id_, c) for id_, c in changed.items()]}

    @app.post("/{given}/changes", dependencies=[Depends(check_token)])
    def change(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        try:
            wanted = Change.from_dict(body)
        except (KeyError, TypeError, ValueError) as error:
            raise HTTPException(422, f"not a change: {error!r}") from error
        return _answer(corrections, wanted.article_id, lambda: corrections.apply(wanted))

    @app.post("/{given}/undo", dependencies=[Depends(check_token)])
    def undo(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        article_id, version = str(body.get("id")), body.get("version")
        if not isinstance(version, int):
            raise HTTPException(422, "wanted the article's version")
        return _answer(corrections, article_id, lambda: corrections.undo(article_id, version))

    @app.get("/{given}/corrections.jsonl", dependencies=[Depends(check_token)])
    def download() -> FileResponse:
        return FileResponse(corrections.path, media_type="application/x-ndjson", filename=corrections.path.name)

    return app


async def _add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response


def _answer(corrections: Corrections, article_id: str, action: Callable[[], ArticleResult | None]) -> dict[str, Any]:
    """Run an action; the article's new state. If the version was stale, the error carries the current state."""
    try:
        corrected = action()
    except KeyError as error:
        raise HTTPException(404, f"there is no article {error}") from error
    except StaleVersion as error:
        current = corrections.by_id().get(article_id)
        raise HTTPException(
            409, {"message": str(error), "current": _state(corrections, article_id, current)}
        ) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except OutputError as error:
        raise HTTPException(507, str(error)) from error
    return _state(corrections, article_id, corrected)


def _state(corrections: Corrections, article_id: str, corrected: ArticleResult | None) -> dict[str, Any]:
    record = None if corrected is None else correction_record(corrected)
    return {"id": article_id, "version": corrections.version(article_id), "correction": record}


def serve(corrections: Corrections, *, port: int, title: str, announce: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        port: 0 picks a free one.
        announce: called with the page's address once it can be opened.

    Raises:
        OSError: the port is taken.
    """
    token = new_token()
    with socket.create_server((HOSTS[0], port)) as listener:
        app = create_app(corrections, token=token, title=title)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        announce(f"http://{HOSTS[0]}:{listener.getsockname()[1]}/{token}/")
        server.run(sockets=[listener])
