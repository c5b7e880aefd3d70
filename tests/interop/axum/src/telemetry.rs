//! `tracing` as OpenTelemetry's users set it up, and what it leaves to the application: the headers
//! of requests that come in and go out.
use axum::{extract::Request, middleware::Next, response::Response};
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::{trace::SdkTracerProvider, Resource};
use tracing::{field::Empty, info_span, Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::otlp_lines::OtlpLines;

/// Spans reach `exporter` as they end; the sampler is the SDK's, which asks the parent.
pub fn start(service: &'static str, exporter: OtlpLines) -> SdkTracerProvider {
    global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]));
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(service).build())
        .with_simple_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(service))
        .with_filter(LevelFilter::INFO);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .expect("the first subscriber of this process");
    provider
}

/// The server's span around each request, below the caller's.
pub async fn server_span(request: Request, next: Next) -> Response {
    let span = info_span!(
        "request",
        otel.name = "GET /items/{id}",
        otel.kind = "server",
        otel.status_code = Empty,
        url.path = request.uri().path(),
        http.response.status_code = Empty,
    );
    let caller = global::get_text_map_propagator(|propagator| {
        propagator.extract(&HeaderExtractor(request.headers()))
    });
    span.set_parent(caller)
        .expect("a span that nobody has entered yet");
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

/// The context of the current span, for who is called next.
pub fn inject(request: &mut Request) {
    let context = Span::current().context();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut HeaderInjector(request.headers_mut()))
    });
}
