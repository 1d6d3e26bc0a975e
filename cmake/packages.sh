# What dynadeck needs from Debian 12, and how it gets there. Sourced by ./run and ./test.

build_packages=(
  build-essential cmake ninja-build ccache pkg-config
  catch2 libcli11-dev libcpp-httplib-dev libfmt-dev librocksdb-dev libspdlog-dev libssl-dev
  libyaml-cpp-dev libzstd-dev nlohmann-json3-dev prometheus-cpp-dev zlib1g-dev)

# install_packages PACKAGE...: installs those that are missing; says nothing if none is.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  echo "installing: ${missing[*]}" >&2
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  # A machine may know the packages already; only then is the list fetched anew.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" >&2 || {
    "${as_root[@]}" apt-get update >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${missing[@]}" >&2
  }
}

# build PRESET [TARGET...]: configures and builds one preset of CMakePresets.json.
build() (
  cd "$root"
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  cmake --preset "$1" >&2 &&
    cmake --build --preset "$1" ${2:+--target "${@:2}"} >&2
)
