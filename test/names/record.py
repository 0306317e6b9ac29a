"""Records what two Python libraries answer to a scrape after the requests of requests.json.

    python3 -m venv venv && venv/bin/pip install prometheus-fastapi-instrumentator==8.1.0 fastapi==0.165.0 httpx==0.28.1
    venv/bin/python test/names/record.py

No test runs it: tests need no Python. It writes recorded/*.txt, which peers.test.ts compares with what pushmeter
answers after the same requests.
"""

import asyncio
import json
import os
import pathlib

import httpx

# No `_created` series, which need another format to be of use.
os.environ["PROMETHEUS_DISABLE_CREATED_SERIES"] = "true"

from fastapi import FastAPI, Request, Response  # noqa: E402
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_fastapi_instrumentator import Instrumentator  # noqa: E402

HERE = pathlib.Path(__file__).parent


def service() -> FastAPI:
    app = FastAPI()

    @app.get("/courses/{id}")
    def course(id: int):
        return {"id": id}

    @app.post("/login")
    async def login(request: Request):
        return Response(status_code=204 if await request.body() == b"right" else 401)

    @app.get("/broken")
    def broken():
        return Response(status_code=500)

    return app


async def send(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://courses") as client:
        for method, path, body in json.loads((HERE / "requests.json").read_text()):
            await client.request(method, path, content=body.encode() if body else None)


def record(name: str, registry: CollectorRegistry) -> None:
    (HERE / "recorded").mkdir(exist_ok=True)
    (HERE / "recorded" / name).write_bytes(generate_latest(registry))


async def instrumentator() -> None:
    app, registry = service(), CollectorRegistry()
    Instrumentator(registry=registry).instrument(app)
    await send(app)
    record("instrumentator.txt", registry)


async def app_request_count() -> None:
    """The example for Flask and FastAPI, with the route's path as the endpoint."""
    app, registry = service(), CollectorRegistry()
    count = Counter(
        "app_request_count", "Application Request Count", ["method", "endpoint", "http_status"], registry=registry
    )
    latency = Histogram(
        "app_request_latency_seconds", "Application Request Latency", ["method", "endpoint"], registry=registry
    )

    @app.middleware("http")
    async def measure(request: Request, call_next):
        loop = asyncio.get_running_loop()
        begin = loop.time()
        response = await call_next(request)
        route = request.scope.get("route")
        endpoint = route.path if route else ""
        count.labels(request.method, endpoint, response.status_code).inc()
        latency.labels(request.method, endpoint).observe(loop.time() - begin)
        return response

    await send(app)
    record("app-request-count.txt", registry)


asyncio.run(instrumentator())
asyncio.run(app_request_count())
