// Recorder: the object that an application starts once.
#pragma once
namespace nanospan { bool prepare_thread() noexcept; }
