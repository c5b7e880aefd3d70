// A traced coroutine that is compiled without: NANOSPAN_DISABLE.
#include "carry/executor.h"

nanospan::test::Task disabled_task(nanospan::test::Pool& pool, int& steps) {
  NANOSPAN_TASK(span, "disabled");
  span.set_attribute("key", 1);
  ++steps;
  co_await pool.schedule();
  nanospan::TaskContext carried;
  NANOSPAN_TASK_IN(carried, inner, "disabled too");
  inner.add_event("event");
  co_await carried.around(pool.schedule());
  ++steps;
}
