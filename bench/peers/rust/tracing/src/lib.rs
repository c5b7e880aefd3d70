//! `tracing` with its layer for OpenTelemetry: a span that is entered, the registry, the batch
//! processor with its defaults, an exporter that counts and drops.
//!
//! A level filter stands in front, as in any service; below it a span is switched off. What does
//! not fit the batch processor's queue of 2,048 is dropped and counted as what never came. Its
//! interface of C is that of rust_peer.cc.
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use std::ffi::{c_char, c_void, CStr};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing::{info_span, trace_span};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::Registry;

const NAME: &CStr = c"tracing and OpenTelemetry";
const HOW: &CStr = c"tracing's span, entered; registry, OpenTelemetry's layer and batch processor \
    with their defaults, exporter that drops; disabled: below the level";

static EXPORTED: AtomicU64 = AtomicU64::new(0);
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

#[derive(Debug)]
struct DroppingExporter;

impl SpanExporter for DroppingExporter {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        EXPORTED.fetch_add(spans.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_name() -> *const c_char {
    NAME.as_ptr()
}

#[no_mangle]
pub extern "C" fn rust_peer_how() -> *const c_char {
    HOW.as_ptr()
}

#[no_mangle]
pub extern "C" fn rust_peer_start() {
    let provider = PROVIDER.get_or_init(|| {
        SdkTracerProvider::builder()
            .with_batch_exporter(DroppingExporter)
            .build()
    });
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("nanospan_bench"));
    let subscriber = Registry::default().with(LevelFilter::INFO).with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("this is the only subscriber");
}

#[no_mangle]
pub extern "C" fn rust_peer_record_plain(spans: usize) {
    for _ in 0..spans {
        drop(info_span!("work").entered());
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_record_with_attributes(spans: usize) {
    let user = black_box("7f3b52c1-9f1e-4c7a-b2d4-");
    for i in 0..spans {
        let span = info_span!(
            "work",
            http.request.method = "GET",
            user.id = user,
            db.rows = i as i64,
            cache.ratio = i as f64 * 0.5
        );
        drop(span.entered());
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_start_switched_off(spans: usize) {
    for _ in 0..spans {
        drop(trace_span!("work").entered());
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_around(work: extern "C" fn(*mut c_void), argument: *mut c_void) {
    let _entered = info_span!("work").entered();
    work(argument);
}

#[no_mangle]
pub extern "C" fn rust_peer_flush() {
    if let Some(provider) = PROVIDER.get() {
        let _ = provider.force_flush(); // what it could not export shows in the count
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_exported() -> u64 {
    EXPORTED.load(Ordering::Relaxed)
}
