// What differs between compilers and languages modes stands here, and nowhere else.
#pragma once

#define NANOSPAN_EXPORT __attribute__((visibility("default")))
// A type with hidden visibility keeps g++ from making statics of inline and template functions
// STB_GNU_UNIQUE, which would pin the module in memory: dlclose would never unload it.
#define NANOSPAN_HIDDEN __attribute__((visibility("hidden")))
#define NANOSPAN_COLD __attribute__((noinline, cold))
#define NANOSPAN_INLINE inline __attribute__((always_inline))

// g++ warns under -fsanitize=thread of fences, which ThreadSanitizer does not model.
#if defined(__clang__)
#define NANOSPAN_UNSEEN_BY_TSAN(fence) fence
#else
#define NANOSPAN_UNSEEN_BY_TSAN(fence)                                               \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wtsan\"") fence; \
  _Pragma("GCC diagnostic pop")
#endif

// An object's dynamic type in words; its static one has to do where there is no RTTI.
#ifdef __cpp_rtti
#define NANOSPAN_TYPE_NAME(object, type) ::nanospan::detail::readable_type_name(typeid(object))
#else
#define NANOSPAN_TYPE_NAME(object, type) #type
#endif

#define NANOSPAN_CAT_(a, b) a##b
#define NANOSPAN_CAT(a, b) NANOSPAN_CAT_(a, b)
