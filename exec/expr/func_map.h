/* func_map.h -- functions over MAP: the binds and kernels that funcs_nested.def names. */
#pragma once
#include "exec/expr/func.h"

Code bind_map_keys(FuncBind *b);
Code bind_map_values(FuncBind *b);
Code bind_map_entries(FuncBind *b);
Code bind_map_union(FuncBind *b);
Code bind_map_from_arrays(FuncBind *b);
Code bind_map_from_entries(FuncBind *b);
Code bind_map_contains_key(FuncBind *b);
Code kernel_map_keys(KernelCall *k);
Code kernel_map_values(KernelCall *k);
Code kernel_map_entries(KernelCall *k);
Code kernel_map_union(KernelCall *k);
Code kernel_map_from_arrays(KernelCall *k);
Code kernel_map_from_entries(KernelCall *k);
Code kernel_map_contains_key(KernelCall *k);
