// The list of everything that comes with Orochi.
#include <orochi/extensions.hpp>

namespace orochi {

Extensions builtin() { return {builtin_layers(), builtin_tasks()}; }

}  // namespace orochi
