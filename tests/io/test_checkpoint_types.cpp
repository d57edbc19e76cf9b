// Tensors of types that a checkpoint does not hold: refused by the type's name.
#include "checkpoint_hostile.hpp"

using namespace orochi;
using namespace orochi::test;
using hdf5::Hid;

namespace {

const std::string kinds = "; a checkpoint holds float32, float64, int64, uint64 and UTF-8 text";

// The weight as another type.
std::function<void(hid_t)> typed(const std::function<hid_t()>& make) {
  return [make](hid_t file) {
    const Hid type = good(make(), H5Tclose);
    claim(file, weight, type.get(), space_of({2, 3}));
  };
}

hid_t compound() {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "real", 0, H5T_IEEE_F32LE);
  H5Tinsert(type, "imaginary", 4, H5T_IEEE_F32LE);
  return type;
}

hid_t enumeration() {
  const hid_t type = H5Tenum_create(H5T_STD_I32LE);
  const int one = 1;
  H5Tenum_insert(type, "one", &one);
  return type;
}

hid_t array() {
  const hsize_t dims[] = {4};
  return H5Tarray_create2(H5T_IEEE_F32LE, 1, dims);
}

hid_t text_of_variable_length() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  return type;
}

}  // namespace

TEST_CASE("a tensor of another type is refused by its type's name", "[checkpoint]") {
  check_refused({
      {"compound", typed(compound), at_weight + "has a compound type" + kinds},
      {"references", typed([] { return H5Tcopy(H5T_STD_REF_OBJ); }), at_weight + "has references" + kinds},
      {"references to regions", typed([] { return H5Tcopy(H5T_STD_REF_DSETREG); }),
       at_weight + "has references" + kinds},
      {"variable length", typed([] { return H5Tvlen_create(H5T_IEEE_F32LE); }),
       at_weight + "has a type of variable length" + kinds},
      {"strings of variable length", typed([] { return text_of_variable_length(); }),
       at_weight + "has a type of variable length" + kinds},
      {"enumeration", typed(enumeration), at_weight + "has an enumeration" + kinds},
      {"array", typed(array), at_weight + "has an array type" + kinds},
      {"opaque", typed([] { return H5Tcreate(H5T_OPAQUE, 4); }), at_weight + "has an opaque type" + kinds},
      {"bit field", typed([] { return H5Tcopy(H5T_STD_B32LE); }), at_weight + "has a bit field" + kinds},
      {"time", typed([] { return H5Tcopy(H5T_UNIX_D32LE); }), at_weight + "has a time" + kinds},
      {"big-endian floats", typed([] { return H5Tcopy(H5T_IEEE_F32BE); }),
       at_weight + "has a float type of another size or byte order" + kinds},
      {"small integers", typed([] { return H5Tcopy(H5T_STD_I32LE); }),
       at_weight + "has an integer type of another size or byte order" + kinds},
      {"ASCII", typed([] { return H5Tcopy(H5T_C_S1); }), at_weight + "has text of another kind" + kinds},
      {"doubles",
       [](hid_t f) {
         put(f, weight, H5T_IEEE_F64LE, space_of({2, 3}));
       },
       "'a.h5': dataset '/parameters/head/weight' is float64 where the format has float32"},
  });
}
