using System.Text;

namespace ImageShare.Cli.Terminals;

/// <summary>The characters that a terminal shows: those of UTF-8, or of ASCII if the locale names no UTF-8, as LANG=C. Files and pipes always get UTF-8.</summary>
internal static class TerminalText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static bool IsUtf8 { get; } = OperatingSystem.IsWindows() || NamesUtf8(Environment.GetEnvironmentVariable);

    public static Encoding EncodingFor(bool isRedirected) => isRedirected || IsUtf8 ? Utf8 : Encoding.GetEncoding("us-ascii", new AsciiFallback(), DecoderFallback.ReplacementFallback);

    /// <summary>POSIX: the first of these that is set and not empty decides.</summary>
    public static bool NamesUtf8(Func<string, string?> variable)
    {
        string? locale = ((string[])["LC_ALL", "LC_CTYPE", "LANG"]).Select(variable).FirstOrDefault(static value => !string.IsNullOrEmpty(value));
        return locale is not null && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }
}
