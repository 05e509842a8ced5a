# Read by the engine's build (scripts/setup): leaves out llama.cpp's common library, which only its own tools use.
# A normal variable wins over the cache entry that llama-cpp-python forces (CMP0126, CMP0077).
set(LLAMA_BUILD_COMMON OFF)
set(LLAMA_OPENSSL OFF)
