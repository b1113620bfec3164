//! The C library: finding it, loading it, and safe words for the dozen of its functions we use.
//!
//! TRICKY: nothing here may be unloaded again. The library keeps threads of its own; after `dlclose` they would run in
//! memory that is gone. It is leaked on purpose, once per process.

use std::{
    env,
    ffi::{CStr, CString, OsStr, c_char, c_int, c_void},
    path::{Path, PathBuf},
    ptr::{self, NonNull},
    sync::OnceLock,
};

use libloading::os::unix;

use crate::error::EngineError;

/// The npm package that carries the library for this platform.
const PACKAGE: &str = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    "lib-linux-x64-gnu"
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    "lib-linux-arm64-gnu"
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    "lib-darwin-arm64"
} else {
    "lib-darwin-x64"
};

/// Where `libchdb` is: `PLAYHEAD_LIBCHDB` when set, else in the nearest `node_modules/@chdb` upwards of the executable,
/// then upwards of the current directory.
///
/// # Errors
/// When it is in none of these places.
pub fn find_library() -> Result<PathBuf, EngineError> {
    if let Some(path) = env::var_os("PLAYHEAD_LIBCHDB").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(EngineError::LibraryMissing { searched: vec![path] })
        };
    }
    let inside = Path::new("node_modules/@chdb").join(PACKAGE).join("libchdb.so");
    let roots = [env::current_exe().ok(), env::current_dir().ok()];
    let candidates: Vec<PathBuf> = roots
        .iter()
        .flatten()
        .flat_map(|root| root.ancestors().map(|folder| folder.join(&inside)))
        .collect();
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(EngineError::LibraryMissing { searched: candidates }),
    }
}

type RawConnection = *mut c_void;
type RawResult = *mut c_void;
type RawInsert = *mut c_void;

/// `chdb_query_analysis_v1`: the caller sets `struct_size`.
#[repr(C)]
struct RawAnalysis {
    struct_size: u32,
    statement_count: u32,
    flags: u32,
    query_class: u32,
}

/// What a statement does to state that outlives it, as ClickHouse's own parser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementClass {
    /// Reads only.
    Reads,
    /// Changes data, tables or anything that stays.
    Writes,
    /// Changes the session: `SET`, `USE`, and whatever else cannot be sorted elsewhere.
    Session,
    /// Does not parse.
    Unknown,
}

/// What ClickHouse's parser makes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// How many statements it holds; 0 when it does not parse.
    pub statements: u32,
    /// What kind.
    pub class: StatementClass,
}

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?,)*) => {
        /// The functions of the library, as found in it.
        #[derive(Clone, Copy)]
        #[allow(clippy::struct_field_names)]
        struct Functions { $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)* }

        impl Functions {
            /// # Safety
            /// `library` must be libchdb: the signatures below are those of its 26.7 header.
            unsafe fn find(library: &unix::Library) -> Result<Self, libloading::Error> {
                // SAFETY: the caller vouches for the library, and with it for the signatures.
                unsafe { Ok(Self { $($name: *library.get(concat!(stringify!($name), "\0").as_bytes())?,)* }) }
            }
        }
    };
}

functions! {
    chdb_set_signal_handlers_enabled: fn(c_int),
    chdb_connect: fn(c_int, *mut *mut c_char) -> *mut RawConnection,
    chdb_close_conn: fn(*mut RawConnection),
    chdb_shutdown: fn(),
    chdb_version: fn() -> *const c_char,
    chdb_query_with_params_n: fn(
        RawConnection, *const c_char, usize, *const c_char, usize,
        *const *const c_char, *const usize, *const *const c_char, *const usize, usize
    ) -> RawResult,
    chdb_stream_insert_with_params_n: fn(
        RawConnection, *const c_char, usize, *const c_char, usize,
        *const *const c_char, *const usize, *const *const c_char, *const usize, usize
    ) -> RawInsert,
    chdb_stream_append: fn(RawInsert, *const c_void, usize) -> c_int,
    chdb_stream_done: fn(RawInsert) -> RawResult,
    chdb_stream_cancel_insert: fn(RawInsert),
    chdb_stream_insert_error: fn(RawInsert) -> *const c_char,
    chdb_destroy_insert_stream: fn(RawInsert),
    chdb_classify_query_n: fn(RawConnection, *const c_char, usize, *const c_char, usize, *mut RawAnalysis) -> c_int,
    chdb_result_error: fn(RawResult) -> *const c_char,
    chdb_result_buffer: fn(RawResult) -> *mut c_char,
    chdb_result_length: fn(RawResult) -> usize,
    chdb_result_elapsed: fn(RawResult) -> f64,
    chdb_result_storage_rows_read: fn(RawResult) -> u64,
    chdb_result_storage_bytes_read: fn(RawResult) -> u64,
    chdb_result_rows_written: fn(RawResult) -> u64,
    chdb_result_bytes_written: fn(RawResult) -> u64,
    chdb_destroy_query_result: fn(RawResult),
}

/// The loaded library.
pub(crate) struct Library {
    functions: Functions,
}

impl Library {
    /// Loads `path`, or hands out what was loaded before: a process has one engine.
    pub(crate) fn load(path: &Path) -> Result<&'static Self, EngineError> {
        static LOADED: OnceLock<Library> = OnceLock::new();
        if let Some(library) = LOADED.get() {
            return Ok(library);
        }
        let failed = |source| EngineError::LoadLibrary {
            path: path.to_owned(),
            source,
        };
        // SAFETY: libchdb's initialisers set up its allocator and tables and touch nothing of ours.
        let library = unsafe { unix::Library::open(Some(path), unix::RTLD_NOW | unix::RTLD_LOCAL) }.map_err(failed)?;
        // SAFETY: it was found as libchdb, by name or by the operator's word.
        let functions = unsafe { Functions::find(&library) }.map_err(failed)?;
        std::mem::forget(library);
        // SAFETY: must come before the first connect, or the library takes over the process's signals.
        unsafe { (functions.chdb_set_signal_handlers_enabled)(0) };
        Ok(LOADED.get_or_init(|| Self { functions }))
    }

    /// Opens one more connection to the data in `path`; `None` when the engine refuses, which it does without a reason.
    pub(crate) fn connect(&'static self, path: &Path) -> Option<Connection> {
        let mut argument = OsStr::new("--path=").to_owned();
        argument.push(path);
        let arguments = [
            c"clickhouse".to_owned(),
            CString::new(argument.into_encoded_bytes()).ok()?,
        ];
        let mut pointers = arguments.each_ref().map(|argument| argument.as_ptr().cast_mut());
        // SAFETY: two valid C strings, alive during the call; the library copies and does not write to them.
        let raw = unsafe { (self.functions.chdb_connect)(2, pointers.as_mut_ptr()) };
        let raw = NonNull::new(raw)?;
        // SAFETY: a non-null answer points to a connection.
        let usable = unsafe { !raw.as_ref().is_null() };
        usable.then_some(Connection { library: self, raw })
    }

    /// Ends the engine. To be called once every connection is closed; without it the process can crash while leaving.
    pub(crate) fn shut_down(&self) {
        // SAFETY: the callers close their connections first.
        unsafe { (self.functions.chdb_shutdown)() };
    }

    /// The library's version.
    pub(crate) fn version(&self) -> String {
        // SAFETY: a static C string.
        unsafe { text((self.functions.chdb_version)()) }.unwrap_or_default()
    }
}

/// # Safety
/// `pointer` is null or a C string that outlives the call.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    (!pointer.is_null()).then(|| {
        // SAFETY: as above.
        unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
    })
}

/// One connection. Runs one statement at a time, which `&mut self` says.
pub(crate) struct Connection {
    library: &'static Library,
    raw: NonNull<RawConnection>,
}

// SAFETY: the library binds a connection to no thread; we use each from one thread at a time.
unsafe impl Send for Connection {}

/// A statement's answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The rows, in the format asked for.
    pub body: Vec<u8>,
    /// Time spent, seconds.
    pub elapsed_seconds: f64,
    /// Rows read from tables.
    pub rows_read: u64,
    /// Bytes read from tables.
    pub bytes_read: u64,
    /// Rows written, those of materialized views included.
    pub rows_written: u64,
    /// Bytes written, those of materialized views included.
    pub bytes_written: u64,
}

/// Names and values of `{name:Type}` places, laid out as C wants them.
struct Params<'a> {
    names: Vec<*const c_char>,
    name_lengths: Vec<usize>,
    values: Vec<*const c_char>,
    value_lengths: Vec<usize>,
    _borrowed: &'a [(String, String)],
}

impl<'a> Params<'a> {
    fn new(params: &'a [(String, String)]) -> Self {
        Self {
            names: params.iter().map(|(name, _)| name.as_ptr().cast()).collect(),
            name_lengths: params.iter().map(|(name, _)| name.len()).collect(),
            values: params.iter().map(|(_, value)| value.as_ptr().cast()).collect(),
            value_lengths: params.iter().map(|(_, value)| value.len()).collect(),
            _borrowed: params,
        }
    }
}

impl Connection {
    fn handle(&self) -> RawConnection {
        // SAFETY: set in `connect`, valid until `drop`.
        unsafe { *self.raw.as_ref() }
    }

    /// Runs one statement; the answer comes in `format` unless the statement names another.
    pub(crate) fn query(&mut self, sql: &[u8], format: &str, params: &[(String, String)]) -> Result<Answer, String> {
        let functions = &self.library.functions;
        let places = Params::new(params);
        // SAFETY: every pointer comes with its length and lives through the call.
        let result = unsafe {
            (functions.chdb_query_with_params_n)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                places.names.as_ptr(),
                places.name_lengths.as_ptr(),
                places.values.as_ptr(),
                places.value_lengths.as_ptr(),
                params.len(),
            )
        };
        // SAFETY: a result of this library, read once.
        unsafe { self.take(result) }
    }

    /// Runs `INSERT` without its `FORMAT` clause; `data` in `format` are its rows. Binary data never goes through
    /// [`Self::query`]: behind the text of a statement it would be cut at the first byte the parser stumbles over.
    pub(crate) fn insert(
        &mut self,
        sql: &[u8],
        format: &str,
        params: &[(String, String)],
        data: &[u8],
    ) -> Result<Answer, String> {
        let functions = &self.library.functions;
        let places = Params::new(params);
        // SAFETY: every pointer comes with its length and lives through the call.
        let stream = unsafe {
            (functions.chdb_stream_insert_with_params_n)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                places.names.as_ptr(),
                places.name_lengths.as_ptr(),
                places.values.as_ptr(),
                places.value_lengths.as_ptr(),
                params.len(),
            )
        };
        if stream.is_null() {
            return Err("the engine opened no insert".into());
        }
        // SAFETY: `stream` is valid until it is destroyed below, on every path; `data` lives through the calls.
        unsafe {
            let mut error = text((functions.chdb_stream_insert_error)(stream));
            if error.is_none() && (functions.chdb_stream_append)(stream, data.as_ptr().cast(), data.len()) != 0 {
                let words = text((functions.chdb_stream_insert_error)(stream));
                error = Some(words.unwrap_or_else(|| "the engine did not take the data".into()));
            }
            let answer = match error {
                None => self.take((functions.chdb_stream_done)(stream)),
                Some(error) => {
                    (functions.chdb_stream_cancel_insert)(stream);
                    Err(error)
                }
            };
            (functions.chdb_destroy_insert_stream)(stream);
            answer
        }
    }

    /// What ClickHouse's parser makes of `sql`.
    pub(crate) fn analyse(&self, sql: &[u8]) -> Analysis {
        let mut raw = RawAnalysis {
            struct_size: size_of::<RawAnalysis>() as u32,
            statement_count: 0,
            flags: 0,
            query_class: 4,
        };
        // SAFETY: text with its length, no target database, and a struct that says its size.
        let state = unsafe {
            (self.library.functions.chdb_classify_query_n)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                ptr::null(),
                0,
                &raw mut raw,
            )
        };
        let class = match raw.query_class {
            0 if state == 0 => StatementClass::Reads,
            1 | 2 if state == 0 => StatementClass::Writes,
            3 if state == 0 => StatementClass::Session,
            _ => StatementClass::Unknown,
        };
        Analysis {
            statements: raw.statement_count,
            class,
        }
    }

    /// Reads a result and frees it.
    ///
    /// # Safety
    /// `result` comes from this library and is used nowhere else.
    unsafe fn take(&self, result: RawResult) -> Result<Answer, String> {
        let functions = &self.library.functions;
        if result.is_null() {
            return Err("the engine gave no result".into());
        }
        // SAFETY: as the caller vouches; the buffer is copied before the result is freed.
        unsafe {
            let answer = match text((functions.chdb_result_error)(result)) {
                Some(error) => Err(error),
                None => {
                    let buffer = (functions.chdb_result_buffer)(result);
                    let length = (functions.chdb_result_length)(result);
                    let body = if buffer.is_null() {
                        Vec::new()
                    } else {
                        std::slice::from_raw_parts(buffer.cast::<u8>(), length).to_vec()
                    };
                    Ok(Answer {
                        body,
                        elapsed_seconds: (functions.chdb_result_elapsed)(result),
                        rows_read: (functions.chdb_result_storage_rows_read)(result),
                        bytes_read: (functions.chdb_result_storage_bytes_read)(result),
                        rows_written: (functions.chdb_result_rows_written)(result),
                        bytes_written: (functions.chdb_result_bytes_written)(result),
                    })
                }
            };
            (functions.chdb_destroy_query_result)(result);
            answer
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: opened in `connect`, closed here only.
        unsafe { (self.library.functions.chdb_close_conn)(self.raw.as_ptr()) };
    }
}
