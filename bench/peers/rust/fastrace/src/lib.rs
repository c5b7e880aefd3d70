//! fastrace: a root span and 15 local spans in it, as of a request that does 15 things.
//!
//! A root costs several times a local span, so how many share one decides the figure: 16 is a choice
//! in its favour, for the other peers begin a trace with each span. A trace stays open between loops
//! of one span: of those that are timed alone, one in sixteen ends a trace and begins the next. The
//! reporter counts and drops. The interface of C is that of rust_peer.cc.
use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::local::{LocalParentGuard, LocalSpan};
use fastrace::Span;
use std::cell::RefCell;
use std::ffi::{c_char, c_void, CStr};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

const SPANS_PER_TRACE: u32 = 16;
const NAME: &CStr = c"fastrace";
const HOW: &CStr = c"15 local spans under each root, which counts as the 16th; a reporter that \
    drops; disabled: a local span without a root";

static EXPORTED: AtomicU64 = AtomicU64::new(0);

struct DroppingReporter;

impl Reporter for DroppingReporter {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        EXPORTED.fetch_add(spans.len() as u64, Ordering::Relaxed);
    }
}

/// The guard ends before the root: fields are dropped in their order.
struct Trace {
    _current: LocalParentGuard,
    _root: Span,
    spans_left: u32,
}

thread_local! {
    static OPEN: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

fn begin_trace(root: Span) -> Trace {
    Trace {
        _current: root.set_local_parent(),
        _root: root,
        spans_left: SPANS_PER_TRACE - 1,
    }
}

fn end_trace() {
    OPEN.with_borrow_mut(|open| *open = None);
}

/// `local` records a span below the open root; `annotate` gives a root what `local` has.
#[inline(always)]
fn record(spans: usize, local: impl Fn(usize), annotate: impl Fn(usize, Span) -> Span) {
    OPEN.with_borrow_mut(|open| {
        for i in 0..spans {
            match open {
                Some(trace) if trace.spans_left > 0 => {
                    trace.spans_left -= 1;
                    local(i);
                }
                _ => {
                    *open = None;
                    let root = Span::root("work", SpanContext::random());
                    *open = Some(begin_trace(annotate(i, root)));
                }
            }
        }
    });
    if spans > 1 {
        end_trace();
    }
}

fn attributes(i: usize, user: &str) -> [(&'static str, String); 4] {
    [
        ("http.request.method", "GET".to_string()),
        ("user.id", user.to_string()),
        ("db.rows", i.to_string()),
        ("cache.ratio", (i as f64 * 0.5).to_string()),
    ]
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
    fastrace::set_reporter(DroppingReporter, Config::default());
}

#[no_mangle]
pub extern "C" fn rust_peer_record_plain(spans: usize) {
    record(
        spans,
        |_| drop(LocalSpan::enter_with_local_parent("work")),
        |_, root| root,
    );
}

#[no_mangle]
pub extern "C" fn rust_peer_record_with_attributes(spans: usize) {
    let user = black_box("7f3b52c1-9f1e-4c7a-b2d4-");
    record(
        spans,
        |i| {
            let span = LocalSpan::enter_with_local_parent("work");
            drop(span.with_properties(|| attributes(i, user)));
        },
        |i, root| root.with_properties(|| attributes(i, user)),
    );
}

#[no_mangle]
pub extern "C" fn rust_peer_start_switched_off(spans: usize) {
    end_trace();
    for _ in 0..spans {
        drop(LocalSpan::enter_with_local_parent("work"));
    }
}

/// The outermost is a root, those in it are local spans.
#[no_mangle]
pub extern "C" fn rust_peer_around(work: extern "C" fn(*mut c_void), argument: *mut c_void) {
    if SpanContext::current_local_parent().is_some() {
        let _span = LocalSpan::enter_with_local_parent("work");
        work(argument);
    } else {
        let root = Span::root("work", SpanContext::random());
        let _current = root.set_local_parent();
        work(argument);
    }
}

/// What did not fit its queue waits in the thread that recorded it, until that thread sends again: a
/// trace that is cancelled moves it on and is not reported itself.
#[no_mangle]
pub extern "C" fn rust_peer_flush() {
    end_trace();
    loop {
        let before = EXPORTED.load(Ordering::Relaxed);
        Span::root("no span", SpanContext::random()).cancel();
        fastrace::flush();
        if EXPORTED.load(Ordering::Relaxed) == before {
            return;
        }
    }
}

#[no_mangle]
pub extern "C" fn rust_peer_exported() -> u64 {
    EXPORTED.load(Ordering::Relaxed)
}
