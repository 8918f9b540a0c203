//! Files and streams that the command line writes.

use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

/// Writes a whole file or nothing: beside it first, then renamed, so that an existing file stays what
/// it was until the new one is complete. What is no regular file (a device, a pipe) is written to.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    let path = match path.canonicalize() {
        Ok(target) => {
            let metadata = target.metadata()?;
            if metadata.is_dir() {
                return Err(ErrorKind::IsADirectory.into());
            }
            if !metadata.is_file() {
                return std::fs::write(target, contents);
            }
            if metadata.permissions().readonly() {
                return Err(ErrorKind::PermissionDenied.into());
            }
            target
        }
        Err(_) => path.to_path_buf(),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let mut file = builder().tempfile_in(folder)?;
    file.write_all(contents)?;
    file.persist(path)?;
    Ok(())
}

/// Temporary files that others may read, within the umask, once they have their final name.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Writes to standard output. A reader that closes the pipe has read enough.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// What went wrong with a file, in lower case.
pub fn describe(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_string(),
        ErrorKind::Other => error.to_string(),
        kind => kind.to_string(),
    }
}
