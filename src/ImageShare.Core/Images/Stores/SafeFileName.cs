using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Turns a name suggested by a peer into a name that is safe on any common file system. A peer's name is only a hint and never a path (RFC
/// 5547 §10).
/// </summary>
public static class SafeFileName
{
    /// <summary>The longest name returned, in bytes of UTF-8: the limit of common file systems.</summary>
    public const int MaxBytes = 255;

    // Anything longer is not an extension but a name with dots.
    private const int LongestExtension = 16;

    // Path separators, drive and stream markers, wildcards and redirections, all of which Windows rejects or interprets.
    private static readonly SearchValues<char> Reserved = SearchValues.Create("/\\:*?\"<>|");

    private static readonly SearchValues<string> Devices = SearchValues.Create(
        ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"], StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns a safe file name: no directory, separator, drive, reserved device name, control or direction character; no dot, dash or tilde
    /// at the start and no dot or space at the end; Unicode NFC; at most <see cref="MaxBytes"/> bytes long; with an extension that fits the
    /// type. An extension that does not fit stays and the right one is appended: <c>photo.jpg.exe</c> becomes <c>photo.jpg.exe.jpg</c>. The
    /// result does not depend on the machine.
    /// </summary>
    /// <param name="suggested">The suggested name. It may contain anything.</param>
    /// <param name="type">The media type of the image, or null if unknown.</param>
    /// <returns>The name; <c>image</c> and an extension if nothing of the suggestion is usable.</returns>
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

    /// <summary>Inserts a number before the extension: <c>cat (2).png</c>.</summary>
    internal static string WithSuffix(string name, string suffix)
    {
        string extension = ExtensionOf(name);
        return Fit(name[..^extension.Length], $" ({suffix}){extension}");
    }

    // Removes invisible characters, replaces those with a meaning to a file system, and composes the rest (NFC).
    private static string Clean(ReadOnlySpan<char> name)
    {
        var cleaned = new StringBuilder(Math.Min(name.Length, MaxBytes));
        foreach (Rune rune in name.EnumerateRunes())
        {
            // A name may be of any length; four times the limit is enough to compose and then cut.
            if (cleaned.Length > MaxBytes * 4)
            {
                break;
            }

            // Noncharacters have no normal form: normalizing them would throw.
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
                    // Direction marks reverse parts of a name. Joiners stay: scripts and emoji need them.
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

    // Shortens the stem, never inside a grapheme.
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
