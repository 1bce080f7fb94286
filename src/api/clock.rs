//! Instants as `date` writes them.

use super::Instant;

/// The months, short.
pub const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

impl Instant {
    /// As `strftime` writes it, in UTC.
    pub fn strftime(self, format: &str) -> String {
        let (year, month, day, hour, minute, second) = self.civil();
        let unix = self.unix();
        let month_name = MONTHS[(month as usize).clamp(1, 12) - 1];
        let mut text = String::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            text += &match chars.next() {
                Some('Y') => year.to_string(),
                Some('y') => format!("{:02}", year % 100),
                Some('m') => format!("{month:02}"),
                Some('d') => format!("{day:02}"),
                Some('e') => format!("{day:2}"),
                Some('H') => format!("{hour:02}"),
                Some('I') => format!("{:02}", (hour + 11) % 12 + 1),
                Some('M') => format!("{minute:02}"),
                Some('S') => format!("{second:02}"),
                Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
                Some('s') => unix.to_string(),
                Some('N') => format!("{:09}", self.micros() % 1_000_000 * 1000),
                Some('a') => DAYS[(unix / 86_400 % 7) as usize].to_owned(),
                Some('b' | 'h') => month_name.to_owned(),
                Some('A') => {
                    let names =
                        ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
                    names[(unix / 86_400 % 7) as usize].to_owned()
                }
                Some('B') => {
                    let names = [
                        "January",
                        "February",
                        "March",
                        "April",
                        "May",
                        "June",
                        "July",
                        "August",
                        "September",
                        "October",
                        "November",
                        "December",
                    ];
                    names[(month as usize).clamp(1, 12) - 1].to_owned()
                }
                Some('u') => ((unix / 86_400 + 3) % 7 + 1).to_string(),
                Some('w') => ((unix / 86_400 + 4) % 7).to_string(),
                Some('j') => {
                    let new_year = Self::parse_rfc3339(&format!("{year:04}-01-01T00:00:00Z"));
                    format!("{:03}", self.since(new_year.unwrap_or_default()).as_secs() / 86_400 + 1)
                }
                Some('k') => format!("{hour:2}"),
                Some('c') => self.strftime("%a %b %e %T %Y"),
                Some('x') => self.strftime("%m/%d/%y"),
                Some('X') => self.strftime("%T"),
                Some('F') => format!("{year}-{month:02}-{day:02}"),
                Some('T') => format!("{hour:02}:{minute:02}:{second:02}"),
                Some('D') => format!("{month:02}/{day:02}/{:02}", year % 100),
                Some('R') => format!("{hour:02}:{minute:02}"),
                Some('Z') => "UTC".to_owned(),
                Some('z') => "+0000".to_owned(),
                Some('n') => "\n".to_owned(),
                Some('%') => "%".to_owned(),
                Some(other) => format!("%{other}"),
                None => "%".to_owned(),
            };
        }
        text
    }
}
