//! The service `inventory`: `inventory SPANS_FILE URL` answers `GET /items/{id}` with what the
//! service at `URL` says of it. Prints its port, ends with its input.
mod otlp_lines;
mod telemetry;

use std::{env, error::Error, fmt};

use axum::body::{to_bytes, Body};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::{middleware::from_fn, routing::get, Router};
use hyper_util::client::legacy::{connect::HttpConnector, Client};
use hyper_util::rt::TokioExecutor;
use tokio::{io, net::TcpListener};
use tracing::instrument;

const ANSWER_BYTES_MAX: usize = 64 << 10;

#[derive(Clone)]
struct Pricing {
    client: Client<HttpConnector, Body>,
    url: String,
}

#[derive(Debug)]
struct NoSuchItem(u32);

impl fmt::Display for NoSuchItem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "there is no item {}", self.0)
    }
}

#[instrument(err)]
async fn reserve(id: u32) -> Result<(), NoSuchItem> {
    if id == 0 {
        return Err(NoSuchItem(id));
    }
    Ok(())
}

#[instrument(skip(pricing), fields(otel.name = "GET", otel.kind = "client"), err)]
async fn price_of(pricing: &Pricing, id: u32) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut request = Request::get(format!("{}/items/{id}", pricing.url)).body(Body::empty())?;
    telemetry::inject(&mut request);
    let answer = pricing.client.request(request).await?;
    let bytes = to_bytes(Body::new(answer.into_body()), ANSWER_BYTES_MAX).await?;
    Ok(String::from_utf8(bytes.to_vec())?)
}

#[instrument(skip(pricing))]
async fn item(
    State(pricing): State<Pricing>,
    Path(id): Path<u32>,
) -> Result<String, (StatusCode, String)> {
    let price = price_of(&pricing, id)
        .await
        .map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    reserve(id)
        .await
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(price)
}

async fn end_of_input() {
    let _ = io::copy(&mut io::stdin(), &mut io::sink()).await;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [_, spans, url] = <[String; 3]>::try_from(env::args().collect::<Vec<_>>())
        .map_err(|_| "give a file for the spans and the URL of the prices")?;
    let provider = telemetry::start("inventory", otlp_lines::OtlpLines::create(spans)?);
    let client = Client::builder(TokioExecutor::new()).build_http();
    let app = Router::new()
        .route("/items/{id}", get(item))
        .layer(from_fn(telemetry::server_span))
        .with_state(Pricing { client, url });

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    axum::serve(listener, app)
        .with_graceful_shutdown(end_of_input())
        .await?;
    provider.shutdown()?;
    Ok(())
}
