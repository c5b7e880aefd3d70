// The whole public interface of the core.
#pragma once

#include "nanospan/attribute.h"
#include "nanospan/context.h"
#include "nanospan/detached_span.h"
#include "nanospan/exporter.h"
#include "nanospan/log.h"
#include "nanospan/propagation.h"
#include "nanospan/recorder.h"
#include "nanospan/sampler.h"
#include "nanospan/scope.h"
#include "nanospan/span.h"
#include "nanospan/span_batch.h"
#include "nanospan/tracestate.h"
