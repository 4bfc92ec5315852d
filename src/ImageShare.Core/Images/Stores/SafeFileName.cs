using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Turns the name a peer suggests into a name that is safe to create on any common file system. A peer's name is a hint for people,
/// never a path (RFC 5547 §10).
/// </summary>
public static class SafeFileName
{
    /// <summary>The longest name given, in octets of UTF-8: what the common file systems take.</summary>
    public const int MaxBytes = 255;

    // Longer ones are no extensions but names with dots in them.
    private const int LongestExtension = 16;

    // Separators, drives and streams, wildcards and redirections: what Windows refuses or takes for something else.
    private static readonly SearchValues<char> Reserved = SearchValues.Create("/\\:*?\"<>|");

    private static readonly SearchValues<string> Devices = SearchValues.Create(
        ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"], StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A safe leaf name for a file: without directories, separators, drives, reserved device names, control and direction
    /// characters; not beginning with a dot, dash or tilde nor ending in a dot or space; composed (Unicode NFC); at most
    /// <see cref="MaxBytes"/> long; and with an extension that fits the type, appended when the suggested one does not, so that
    /// <c>photo.jpg.exe</c> becomes <c>photo.jpg.exe.jpg</c>. The result depends on its inputs alone, not on the machine.
    /// </summary>
    /// <param name="suggested">What the peer suggests; may be anything.</param>
    /// <param name="type">The media type of the content; null when unknown.</param>
    /// <returns>The name; <c>image</c> and an extension when nothing of the suggestion can be used.</returns>
    public static string From(string? suggested, MediaType? type)
    {
        string name = suggested ?? string.Empty;
        int separator = name.AsSpan().LastIndexOfAny('/', '\\');
        name = Clean(name.AsSpan(separator + 1));
        name = name.AsSpan().TrimStart(" .-~").TrimEnd(" .").ToString();
        if (name.Length == 0)
        {
            name = "image";
        }

        string extension = ExtensionOf(name);
        string stem = name[..^extension.Length];
        if (!ImageTypes.Fits(type, extension))
        {
            stem = name;
            extension = ImageTypes.ExtensionOf(type);
        }

        return Fit(IsDevice(name) ? "_" + stem : stem, extension);
    }

    /// <summary>The same name with a number before its extension: <c>cat (2).png</c>.</summary>
    internal static string WithSuffix(string name, string suffix)
    {
        string extension = ExtensionOf(name);
        return Fit(name[..^extension.Length], $" ({suffix}){extension}");
    }

    // Drops what cannot be seen, replaces what means something to a file system, and composes what is left.
    private static string Clean(ReadOnlySpan<char> name)
    {
        var cleaned = new StringBuilder(Math.Min(name.Length, MaxBytes));
        foreach (Rune rune in name.EnumerateRunes())
        {
            // Names may be of any length; four times the limit is enough to compose and then to cut.
            if (cleaned.Length > MaxBytes * 4)
            {
                break;
            }

            // Code points that are no characters have no normal form: composing them would throw.
            if ((rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF)
            {
                continue;
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control:
                    cleaned.Append('_');
                    break;
                case UnicodeCategory.SpaceSeparator:
                    cleaned.Append(' ');
                    break;
                case UnicodeCategory.Format when rune.Value is not (0x200C or 0x200D):
                case UnicodeCategory.LineSeparator:
                case UnicodeCategory.ParagraphSeparator:
                case UnicodeCategory.PrivateUse:
                    // Direction marks turn names around; joiners stay, since scripts and emoji need them.
                    break;
                default:
                    cleaned.Append(rune.IsBmp && Reserved.Contains((char)rune.Value) ? "_" : rune.ToString());
                    break;
            }
        }

        return cleaned.ToString().Normalize(NormalizationForm.FormC);
    }

    private static string ExtensionOf(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot <= 0 || name.Length - dot > LongestExtension || name.AsSpan(dot).Contains(' ') ? string.Empty : name[dot..];
    }

    // Windows takes "con.jpg" and "CON .x" for the device, and superscript digits for digits.
    private static bool IsDevice(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> stem = (dot < 0 ? name : name.AsSpan(0, dot)).TrimEnd(' ');
        return Devices.Contains(stem.ToString())
            || (stem.Length == 4 && "0123456789\u00b9\u00b2\u00b3".Contains(stem[3], StringComparison.Ordinal)
                && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)));
    }

    // Cuts the stem, never inside a character a person sees as one.
    private static string Fit(string stem, string ending)
    {
        int room = MaxBytes - Encoding.UTF8.GetByteCount(ending);
        if (Encoding.UTF8.GetByteCount(stem) <= room)
        {
            return stem + ending;
        }

        var cut = new StringBuilder();
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(stem);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            room -= Encoding.UTF8.GetByteCount(element);
            if (room < 0)
            {
                break;
            }

            cut.Append(element);
        }

        string kept = cut.ToString().TrimEnd(' ', '.');
        return (kept.Length == 0 ? "image" : kept) + ending;
    }
}
