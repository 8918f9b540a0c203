//! C identifiers for the symbols of an object.
//!
//! A symbol that C and C++ can spell, and that neither language nor their library has taken, is its own
//! identifier. Any other one gets an identifier made from its bytes, and an assembler label that ties the
//! two. The identifier depends on the symbol alone and no two symbols share one, so headers of several
//! modules declare the same symbol in the same way and never two symbols under one name:
//!
//! ```text
//!   synth_ (letter | digit | '_' | 'X' hex hex)*      'X' itself is X58
//! ```
//!
//! Symbols that look like these identifiers are not their own.

use std::fmt::Write;

/// What every made identifier starts with.
const PREFIX: &str = "synth_";

/// The one symbol of that prefix that is its own identifier: every object that uses it means the same.
pub const TRAP_HANDLER: &str = "synth_trap";

/// How a header declares a symbol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declarator {
    pub identifier: String,
    /// What stands behind the declarator: nothing, or a space and the assembler label.
    pub label: String,
    /// Whether an assembler can spell the symbol. The GNU assembler cannot where there is a line break in
    /// it; a compiler that writes objects itself can.
    pub is_spellable: bool,
}

/// The declarator of a symbol.
pub fn declarator(symbol: &str) -> Declarator {
    let identifier = identifier(symbol);
    let label = if identifier == symbol { String::new() } else { label(symbol) };
    Declarator { identifier, label, is_spellable: !symbol.contains('\n') }
}

/// A declarator that calls `symbol` what another symbol `name` would be called.
pub fn alias(name: &str, symbol: &str) -> Declarator {
    Declarator { identifier: identifier(name), label: label(symbol), is_spellable: !symbol.contains('\n') }
}

/// The identifier of a symbol.
fn identifier(symbol: &str) -> String {
    let is_free = is_identifier(symbol) && !is_taken(symbol);
    if symbol == TRAP_HANDLER || is_free && !symbol.starts_with(PREFIX) {
        return symbol.to_string();
    }
    format!("{PREFIX}{}", escaped(symbol))
}

/// The bytes of a name as a part of an identifier.
pub fn escaped(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'X' => text.push_str("X58"),
            b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => text.push(char::from(byte)),
            _ => write!(text, "X{byte:02x}").expect("a string takes what is written"),
        }
    }
    text
}

fn is_identifier(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(is_word) && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the languages or their library have taken an identifier.
fn is_taken(name: &str) -> bool {
    let mut start = name.chars();
    let reserved = start.next() == Some('_') && start.next().is_some_and(|c| c == '_' || c.is_ascii_uppercase());
    reserved
        || name.starts_with("SYNTH_")
        || is_of_stdint(name)
        || is_math(name)
        || TAKEN.split_ascii_whitespace().any(|taken| taken == name)
}

/// The names that stdint.h has or may have (ISO C99 7.26.8), and the limits that stand beside them there.
fn is_of_stdint(name: &str) -> bool {
    let is_type = (name.starts_with("int") || name.starts_with("uint")) && name.ends_with("_t");
    let is_macro = ["INT", "UINT", "PTRDIFF_", "SIZE_", "SIG_ATOMIC_", "WCHAR_", "WINT_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        && ["_MAX", "_MIN", "_C"].iter().any(|suffix| name.ends_with(suffix));
    is_type || is_macro
}

/// The functions of math.h and complex.h, each with its forms for the other floating types.
fn is_math(name: &str) -> bool {
    let suffixes = ["", "f", "l", "f32", "f64", "f128", "f32x", "f64x"];
    let mut bases = suffixes.into_iter().filter_map(|suffix| name.strip_suffix(suffix));
    let is = |name: &str| MATH.split_ascii_whitespace().any(|taken| taken == name);
    bases.any(is)
}

/// ` __asm__("symbol")`. Compilers that leave the label to the GNU assembler must quote what that would
/// not take for a word; others take the label as it is.
fn label(symbol: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    if symbol.chars().all(is_word) && symbol.starts_with(|c: char| !c.is_ascii_digit()) {
        return format!(" __asm__(\"{symbol}\")");
    }
    let quoted = symbol.replace('\\', "\\\\").replace('"', "\\\"");
    format!(" SYNTH_SYMBOL({}, {})", literal(symbol), literal(&format!("\"{quoted}\"")))
}

/// A C string literal of exactly these bytes, in printable characters and without trigraphs.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                literal.push('\\');
                literal.push(char::from(byte));
            }
            b'?' => literal.push_str("\\077"),
            b' '..=b'~' => literal.push(char::from(byte)),
            _ => write!(literal, "\\{byte:03o}").expect("a string takes what is written"),
        }
    }
    literal.push('"');
    literal
}

/// Keywords of C (to C23) and C++ (to C++20), macros and typedefs that a header is likely to meet, and the
/// functions of the C library and of POSIX that compilers know by name.
const TAKEN: &str = "
    alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool
    break case catch char char8_t char16_t char32_t class co_await co_return co_yield compl concept
    const const_cast consteval constexpr constinit continue decltype default delete do double
    dynamic_cast else enum explicit export extern false final float for friend goto if import inline int
    long module mutable namespace new noexcept not not_eq nullptr operator or or_eq override private
    protected public reflexpr register reinterpret_cast requires restrict return short signed sizeof
    static static_assert static_cast struct switch synchronized template this thread_local throw true
    try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t
    while xor xor_eq

    BUFSIZ CHAR_BIT CHAR_MAX CHAR_MIN CLOCKS_PER_SEC EOF EXIT_FAILURE EXIT_SUCCESS FILE LLONG_MAX
    LLONG_MIN LONG_MAX LONG_MIN MB_LEN_MAX NULL RAND_MAX SCHAR_MAX SCHAR_MIN SHRT_MAX SHRT_MIN SSIZE_MAX
    UCHAR_MAX ULLONG_MAX ULONG_MAX USHRT_MAX arm assert clock_t complex div_t errno i386 imaginary
    jmp_buf ldiv_t linux lldiv_t main max_align_t nullptr_t offsetof off_t ptrdiff_t sig_atomic_t size_t
    ssize_t std stderr stdin stdout time_t tm unix va_arg va_copy va_end va_list va_start wctrans_t
    wctype_t wint_t

    _Exit _exit abort abs aligned_alloc alloca asctime at_quick_exit atexit atof atoi atol atoll bcmp
    bcopy bsearch btowc bzero calloc clearerr clock ctime dcgettext dgettext difftime div execl execle
    execlp execv execve execvp exit fclose feclearexcept fegetenv fegetexceptflag fegetround
    feholdexcept feof feraiseexcept ferror fesetenv fesetexceptflag fesetround fetestexcept feupdateenv
    fflush ffs ffsimax ffsl ffsll fgetc fgetpos fgets fgetwc fgetws fopen fork fprintf fprintf_unlocked
    fputc fputc_unlocked fputs fputs_unlocked fputwc fputws fread free freopen fscanf fseek fsetpos
    ftell fwide fwprintf fwrite fwrite_unlocked fwscanf gammaf_r gammal_r getc getchar getenv gets
    gettext getwc getwchar gmtime imaxabs imaxdiv index isalnum isalpha isascii isblank iscntrl isdigit
    isgraph islower isprint ispunct isspace isupper iswalnum iswalpha iswblank iswcntrl iswctype
    iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit isxdigit labs ldiv lgamma_r
    lgammaf_r lgammal_r llabs lldiv localeconv localtime longjmp malloc mblen mbrlen mbrtowc mbsinit
    mbsrtowcs mbstowcs mbtowc memccpy memchr memcmp memcpy memmove mempcpy memset mktime perror
    posix_memalign printf printf_unlocked putc putc_unlocked putchar putchar_unlocked puts puts_unlocked
    putwc putwchar qsort quick_exit raise rand realloc reallocf remove rename rewind rindex scanf setbuf
    setjmp setlocale setvbuf sigaction siglongjmp signal sigsetjmp snprintf sprintf srand sscanf stpcpy
    stpncpy strcasecmp strcat strchr strcmp strcoll strcpy strcspn strdup strerror strfmon strftime
    strlcat strlcpy strlen strncasecmp strncat strncmp strncpy strndup strnlen strpbrk strrchr strspn
    strstr strtod strtof strtoimax strtok strtol strtold strtoll strtoul strtoull strtoumax strxfrm
    swprintf swscanf system time tmpfile tmpnam toascii tolower toupper towctrans towlower towupper
    ungetc ungetwc vfork vfprintf vfscanf vfwprintf vfwscanf vprintf vscanf vsnprintf vsprintf vsscanf
    vswprintf vswscanf vwprintf vwscanf wcrtomb wcscat wcschr wcscmp wcscoll wcscpy wcscspn wcsftime
    wcslen wcsncat wcsncmp wcsncpy wcspbrk wcsrchr wcsrtombs wcsspn wcsstr wcstod wcstof wcstok wcstol
    wcstold wcstoll wcstombs wcstoul wcstoull wcsxfrm wctob wctomb wctrans wctype wmemchr wmemcmp
    wmemcpy wmemmove wmemset wprintf wscanf";

/// Without suffix.
const MATH: &str = "
    acos acosh asin asinh atan atan2 atanh cabs cacos cacosh carg casin casinh catan catanh cbrt ccos
    ccosh ceil cexp cimag clog clog10 conj copysign cos cosh cpow cproj creal csin csinh csqrt ctan
    ctanh drem erf erfc exp exp10 exp2 expm1 fabs fdim finite floor fma fmax fmin fmod fpclassify frexp
    gamma gamma_r hypot ilogb isfinite isgreater isgreaterequal isinf isless islessequal islessgreater
    isnan isnormal isunordered j0 j1 jn ldexp lgamma lgamma_r llrint llround log log10 log1p log2 logb
    lrint lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round roundeven
    scalb scalbln scalbn signbit significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(symbol: &str, identifier: &str, label: &str) {
        let found = declarator(symbol);
        assert_eq!((found.identifier.as_str(), found.label.as_str()), (identifier, label), "{symbol:?}");
    }

    #[test]
    fn what_c_can_spell_is_its_own_identifier() {
        for symbol in ["f", "k_spin_lock", "_start", "X", "intern", "r0", TRAP_HANDLER] {
            check(symbol, symbol, "");
        }
    }

    #[test]
    fn other_symbols_have_a_label() {
        check("m.size", "synth_mX2esize", " __asm__(\"m.size\")");
        check("double", "synth_double", " __asm__(\"double\")");
        check("sinf", "synth_sinf", " __asm__(\"sinf\")");
        check("uint8_t", "synth_uint8_t", " __asm__(\"uint8_t\")");
        check("__x", "synth___x", " __asm__(\"__x\")");
        check("_Xa", "synth__X58a", " __asm__(\"_Xa\")");
        check("synth_f", "synth_synth_f", " __asm__(\"synth_f\")");
        check("2", "synth_2", r#" SYNTH_SYMBOL("2", "\"2\"")"#);
        check("a-b", "synth_aX2db", r#" SYNTH_SYMBOL("a-b", "\"a-b\"")"#);
        check("$hex:", "synth_X24hexX3a", r#" SYNTH_SYMBOL("$hex:", "\"$hex:\"")"#);
        check("\u{e9}?", "synth_Xc3Xa9X3f", r#" SYNTH_SYMBOL("\303\251\077", "\"\303\251\077\"")"#);
        check("\"\\", "synth_X22X5c", r#" SYNTH_SYMBOL("\"\\", "\"\\\"\\\\\"")"#);
    }

    #[test]
    fn symbols_never_share_an_identifier() {
        let symbols = ["a.b", "aX2eb", "synth_a.b", "synth_aX2eb", "aX.b", "if", "synth_if", "a", "X2e", "."];
        let mut identifiers: Vec<String> = symbols.iter().map(|s| declarator(s).identifier).collect();
        identifiers.sort();
        identifiers.dedup();
        assert_eq!(identifiers.len(), symbols.len());
    }

    #[test]
    fn a_line_break_cannot_be_spelled() {
        assert!(!declarator("a\nb").is_spellable && declarator("a\rb").is_spellable);
    }
}
