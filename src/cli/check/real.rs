//! The same commands on a real cluster, with the `kubectl` on PATH and a bash that stays the same.

use super::{Failure, Runner};
use cluster_playground::shell::batch::is_interrupt;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What ends the output of each command: no command prints it by chance.
const END: &str = "playground-check-end-of-output";
/// How long a real command may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long one that will be interrupted is watched.
const GLANCE: Duration = Duration::from_secs(4);

/// A bash of its own.
pub struct Real {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    folder: PathBuf,
}

impl Real {
    /// A bash in a new folder with these files, whose `kubectl` uses that context.
    pub fn new(context: String, files: &[(String, String)]) -> Result<Self, Failure> {
        let failed = |what: &str, error: std::io::Error| Failure::Data(format!("{what}: {error}"));
        let folder = std::env::temp_dir().join(format!("playground-check-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| failed("a folder for the files", error))?;
        for (path, text) in files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| failed("a folder for the files", error))?;
            }
            std::fs::write(&path, text).map_err(|error| failed(&path.display().to_string(), error))?;
        }
        let mut child = Command::new("bash")
            .current_dir(&folder)
            .env("PLAYGROUND_CONTEXT", context)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed("bash", error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::Data("bash has no streams".into()));
        };
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut real = Self { child, input, lines, folder };
        real.send("exec 2>&1; set -m; kubectl() { command kubectl --context \"$PLAYGROUND_CONTEXT\" \"$@\"; }; CDPATH=.:./kiamol")?;
        Ok(real)
    }

    fn send(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.input, "{text}").map_err(|error| Failure::Data(format!("bash: {error}")))
    }

    fn gather(&mut self, patience: Duration) -> String {
        let mut printed = String::new();
        while let Ok(line) = self.lines.recv_timeout(patience) {
            // A last line without a newline has the mark behind it.
            if let Some(rest) = line.strip_suffix(END) {
                printed += rest;
                break;
            }
            printed += &line;
            printed.push('\n');
        }
        printed
    }
}

impl Runner for Real {
    fn run(&mut self, command: &str, held: bool) -> Result<String, Failure> {
        if is_interrupt(command) {
            self.send(&format!("kill -INT %% && wait; echo {END}"))?;
            return Ok(self.gather(GLANCE));
        }
        if held {
            self.send(&format!("{command} &"))?;
            return Ok(self.gather(GLANCE));
        }
        self.send(&format!("{command}\necho {END}"))?;
        Ok(self.gather(PATIENCE))
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // It may have ended already, and the folder may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
