#include "process/symbolize.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "decode/crash_event.h"

namespace nanospan::tools {
namespace {

// Nowhere but on this machine: nothing is asked of a debuginfod server.
char* debug_path = nullptr;
const Dwfl_Callbacks lookup_rules{dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                  dwfl_offline_section_address, &debug_path};

struct EndSession {
  void operator()(Dwfl* session) const { dwfl_end(session); }
};

// One call: of a function that stands at the address, or was inlined there.
struct Call {
  std::string function, file;
  int line = 0;
};

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

const char* attribute_text(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr_integrate(&die, name, &attribute));
}

std::string function_name(Dwarf_Die& die) {
  for (const unsigned name : {unsigned{DW_AT_linkage_name}, unsigned{DW_AT_MIPS_linkage_name}})
    if (const char* const text = attribute_text(die, name)) return demangled(text);
  const char* const plain = dwarf_diename(&die);
  return plain == nullptr ? "" : plain;
}

// Where an inlined function was called.
void take_call_site(Dwarf_Die& inlined, Call& caller) {
  Dwarf_Attribute attribute;
  Dwarf_Word file = 0, line = 0;
  Dwarf_Die unit;
  Dwarf_Files* files = nullptr;
  if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_line, &attribute), &line) == 0)
    caller.line = static_cast<int>(line);
  if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_file, &attribute), &file) != 0 ||
      dwarf_diecu(&inlined, &unit, nullptr, nullptr) == nullptr ||
      dwarf_getsrcfiles(&unit, &files, nullptr) != 0)
    return;
  const char* const name = dwarf_filesrc(files, file, nullptr, nullptr);
  if (name != nullptr) caller.file = name;
}

// The unit that holds an address: by the table of ranges, or, as clang writes none unless asked, by
// asking every unit. nullptr: none does.
Dwarf_Die* unit_at(Dwfl_Module* module, Dwarf_Addr address, Dwarf_Addr& bias) {
  Dwarf_Die* unit = dwfl_module_addrdie(module, address, &bias);
  if (unit != nullptr) return unit;
  while ((unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr)
    if (dwarf_haspc(unit, address - bias) > 0) return unit;
  return nullptr;
}

// The innermost first; empty: there is no debug information for it.
std::vector<Call> calls_at(Dwfl_Module* module, Dwarf_Addr address) {
  std::vector<Call> calls(1);
  Dwarf_Addr bias = 0;
  Dwarf_Die* const unit = unit_at(module, address, bias);
  if (unit == nullptr) return {};
  if (Dwarf_Line* const line = dwarf_getsrc_die(unit, address - bias)) {
    const char* const file = dwarf_linesrc(line, nullptr, nullptr);
    if (file != nullptr) calls[0].file = file;
    dwarf_lineno(line, &calls[0].line);
  }
  Dwarf_Die* found = nullptr;
  const int count = dwarf_getscopes(unit, address - bias, &found);
  const std::unique_ptr<Dwarf_Die, decltype(&std::free)> scopes(found, std::free);
  // getscopes() goes over to where an inlined function was defined; its callers are found from the
  // innermost scope on.
  if (count <= 0) return {};
  Dwarf_Die* chain = nullptr;
  const int depth = dwarf_getscopes_die(&scopes.get()[0], &chain);
  const std::unique_ptr<Dwarf_Die, decltype(&std::free)> owner(chain, std::free);
  for (int i = 0; i < depth; ++i) {
    const int tag = dwarf_tag(&chain[i]);
    if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) continue;
    calls.back().function = function_name(chain[i]);
    if (tag == DW_TAG_subprogram) return calls;
    take_call_site(chain[i], calls.emplace_back());
  }
  return {};
}

class Session {
 public:
  Session() : dwfl_(dwfl_begin(&lookup_rules)) { unsetenv("DEBUGINFOD_URLS"); }

  // Empty: the binary is not here, or tells nothing of the address.
  std::vector<Call> calls(const decode::CrashModule& loaded, std::uint64_t address) {
    Dwfl_Module* const module = find(loaded);
    if (module == nullptr) return {};
    std::vector<Call> calls = calls_at(module, address);
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char* const name =
        dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
    if (calls.empty() && name != nullptr) calls.push_back({demangled(name), {}, 0});
    return calls;
  }

 private:
  Dwfl_Module* find(const decode::CrashModule& loaded) {
    const auto [at, is_new] = modules_.try_emplace(loaded.first, nullptr);
    if (is_new && dwfl_ != nullptr) at->second = open(loaded);
    return at->second;
  }

  Dwfl_Module* open(const decode::CrashModule& loaded) {
    struct stat info {};
    // A path from a region may name a device or a pipe.
    if (loaded.build_id.empty() || stat(loaded.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
      return nullptr;
    dwfl_report_begin_add(dwfl_.get());
    Dwfl_Module* const module = dwfl_report_elf(dwfl_.get(), loaded.path.c_str(),
                                                loaded.path.c_str(), -1, loaded.bias, true);
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    if (module == nullptr) return nullptr;
    GElf_Addr bias = 0;
    if (dwfl_module_getelf(module, &bias) == nullptr) return nullptr;
    const unsigned char* id = nullptr;
    GElf_Addr at = 0;
    const int bytes = dwfl_module_build_id(module, &id, &at);
    const bool is_same =
        bytes > 0 && std::string_view(reinterpret_cast<const char*>(id),
                                      static_cast<std::size_t>(bytes)) == loaded.build_id;
    return is_same ? module : nullptr;
  }

  std::unique_ptr<Dwfl, EndSession> dwfl_;
  std::map<std::uint64_t, Dwfl_Module*> modules_;  // by the lowest address; nullptr: not here
};

std::string hex(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

std::string frame_heading(std::size_t index) {
  std::string text = "#" + std::to_string(index);
  return text + std::string(text.size() < 4 ? 4 - text.size() : 1, ' ');
}

}  // namespace

std::string symbolized_stack_trace(const decode::CrashReport& report) {
  Session session;
  std::string out;
  for (std::size_t i = 0; i < report.frames.size(); ++i) {
    const std::uint64_t frame = report.frames[i];
    const decode::CrashModule* const module = report.find_module(frame);
    // A return address stands behind its call, which may be the function's last instruction; the
    // frame that a signal interrupted is at the instruction itself.
    const bool is_return = i != 0 || report.kind == format::CrashKind::kTerminate;
    const auto calls = module == nullptr ? std::vector<Call>()
                                         : session.calls(*module, frame - (is_return ? 1u : 0u));
    for (const Call& call : calls) {
      out += frame_heading(i) + hex(frame) + " in " + (call.function.empty() ? "?" : call.function);
      if (!call.file.empty())
        out += " at " + call.file + ":" + std::to_string(call.line);
      else
        out += " in " + module->path;
      out += "\n";
    }
    if (calls.empty()) out += decode::raw_frame(report, i);
  }
  return out;
}

}  // namespace nanospan::tools
