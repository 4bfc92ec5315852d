using System.Globalization;
using System.Text;

namespace ImageShare.Cli.Terminals;

/// <summary>Makes text from a peer safe for a terminal, and numbers easy to read.</summary>
internal static class Shown
{
    /// <summary>Escapes control and bidirectional formatting characters; truncates long text.</summary>
    public static string Text(string? text, int longest = 200)
    {
        var shown = new StringBuilder();
        foreach (char c in text ?? string.Empty)
        {
            if (shown.Length >= longest)
            {
                shown.Append('…');
                break;
            }

            if (char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                shown.Append(c);
            }
        }

        return shown.ToString();
    }

    public static string Bytes(long count) => count switch
    {
        1 => "1 byte",
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{count} bytes"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.0} GB"),
    };

    /// <summary>What the receiver does when it has all bytes.</summary>
    public const string Storing = "finishing on the disk";

    /// <summary>"0.4 s", "42 s", "3:07 min".</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes}:{time.Seconds:00} min"),
    };

    /// <summary>A warning of a result in words.</summary>
    public static string Warning(string code) => code switch
    {
        "TypeMismatch" => "Look twice before opening it: its first bytes belong to a different type than announced.",
        "TypeNotRecognized" => "Look twice before opening it: its first bytes match no known image type.",
        "ContinuedUnverified" => "Look twice before opening it: it was resumed, and without a hash nothing proves that its two parts belong together.",
        _ => code,
    };

    /// <summary>A state in words.</summary>
    public static string State(Core.Sharing.ImageShareState state) => state switch
    {
        Core.Sharing.ImageShareState.Querying => "querying the peer's capabilities",
        Core.Sharing.ImageShareState.Inviting => "inviting",
        Core.Sharing.ImageShareState.Ringing => "waiting for the decision",
        Core.Sharing.ImageShareState.Connecting => "connecting MSRP",
        Core.Sharing.ImageShareState.Transferring => "transferring",
        Core.Sharing.ImageShareState.Terminating => "saying goodbye",
        _ => state.ToString(),
    };
}
