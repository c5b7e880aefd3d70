// The tracepoints of the LTTng-UST peer, in the form that its headers read several times over.
//
// Threads: any.
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER nanospan_peer
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "peers/adapters/lttng_tracepoints.h"

#if !defined(NANOSPAN_PEERS_LTTNG_TRACEPOINTS_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define NANOSPAN_PEERS_LTTNG_TRACEPOINTS_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(nanospan_peer, begin, LTTNG_UST_TP_ARGS(const char*, name),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_string(name, name)))

LTTNG_UST_TRACEPOINT_EVENT(nanospan_peer, end, LTTNG_UST_TP_ARGS(), LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(
    nanospan_peer, end_with_attributes,
    LTTNG_UST_TP_ARGS(const char*, method, const char*, user, long, rows, double, ratio),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_string(method, method) lttng_ust_field_string(user, user)
                            lttng_ust_field_integer(long, rows, rows)
                                lttng_ust_field_float(double, ratio, ratio)))

LTTNG_UST_TRACEPOINT_EVENT(nanospan_peer, off, LTTNG_UST_TP_ARGS(), LTTNG_UST_TP_FIELDS())

#endif

#include <lttng/tracepoint-event.h>
