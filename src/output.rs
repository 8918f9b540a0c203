//! Files and streams that the command line writes.

use std::collections::HashSet;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes all files or none: beside their places first, then renamed once all are complete, so that
/// existing files stay what they were until then. What is no regular file (a device, a pipe) is
/// written to.
///
/// # Errors
/// The file that cannot be written.
pub fn write<'p>(files: &[(&'p Path, &[u8])]) -> std::result::Result<(), (&'p Path, Error)> {
    let mut staged = Vec::with_capacity(files.len());
    let mut places = HashSet::new();
    for &(path, contents) in files {
        let place = stage(path, contents).map_err(|error| (path, error))?;
        if let Staged::Beside(_, target) = &place
            && !places.insert(target.clone())
        {
            return Err((path, Error::other("it is the file of two outputs")));
        }
        staged.push((path, place));
    }
    for (path, place) in staged {
        place.finish().map_err(|error| (path, error))?;
    }
    Ok(())
}

/// A file that is ready to be written.
enum Staged<'c> {
    /// Its contents are complete, and its place is known.
    Beside(NamedTempFile, PathBuf),
    /// It takes its contents where it is.
    Stream(PathBuf, &'c [u8]),
}

impl Staged<'_> {
    fn finish(self) -> Result<()> {
        match self {
            Staged::Beside(file, target) => file.persist(target).map(|_| ())?,
            Staged::Stream(target, contents) => std::fs::write(target, contents)?,
        }
        Ok(())
    }
}

fn stage<'c>(path: &Path, contents: &'c [u8]) -> Result<Staged<'c>> {
    let target = match path.canonicalize() {
        Ok(target) => {
            let metadata = target.metadata()?;
            if metadata.is_dir() {
                return Err(ErrorKind::IsADirectory.into());
            }
            if !metadata.is_file() {
                return Ok(Staged::Stream(target, contents));
            }
            if metadata.permissions().readonly() {
                return Err(ErrorKind::PermissionDenied.into());
            }
            target
        }
        Err(_) => path.to_path_buf(),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let name = target.file_name().ok_or(ErrorKind::InvalidInput)?;
    let target = folder.canonicalize()?.join(name);
    let mut file = builder().tempfile_in(folder)?;
    file.write_all(contents)?;
    Ok(Staged::Beside(file, target))
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
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
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
