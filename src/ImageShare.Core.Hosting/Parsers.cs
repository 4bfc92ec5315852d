using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Hosting;

/// <summary>Reads the text of an option.</summary>
/// <typeparam name="T">What it is.</typeparam>
/// <param name="TryParse">Reads it; false if it is nothing of that kind.</param>
/// <param name="Expected">What is expected, with an example.</param>
internal sealed record Parser<T>(Parser<T>.Try TryParse, string Expected)
{
    public delegate bool Try(string text, [MaybeNullWhen(false)] out T value);
}

/// <summary>The kinds of values an option may have. Numbers and times are written as everywhere, whatever the language of the machine.</summary>
internal static class Parsers
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static Parser<string> Text { get; } = new(static (string text, [MaybeNullWhen(false)] out string value) => (value = text).Length > 0, "a text");

    public static Parser<bool> Flag { get; } = Parsable<bool>("true or false");

    public static Parser<SipUri> Uri { get; } = Parsable<SipUri>("a SIP URI, such as sip:alice@ims.example");

    public static Parser<IPEndPoint> EndPoint { get; } = new(
        static (string text, [MaybeNullWhen(false)] out IPEndPoint value) => IPEndPoint.TryParse(text, out value), "an IP address and a port, such as 192.0.2.7:5060 or [2001:db8::7]:5060");

    public static Parser<IPAddress> Address { get; } = Parsable<IPAddress>("an IP address, such as 192.0.2.7");

    public static Parser<int> Port { get; } = Number(0, 65535, "a port, 0 to 65535");

    public static Parser<int> Count { get; } = Number(0, int.MaxValue, "a number, 0 or more");

    public static Parser<int> Most { get; } = Number(1, int.MaxValue, "a number, 1 or more");

    public static Parser<int> Images { get; } = Number(1, 15, "a number, 1 to 15");

    public static Parser<long> Size { get; } = new(
        static (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0, "a number of bytes, 1 or more");

    public static Parser<TimeSpan> Time { get; } = new(
        static (string text, out TimeSpan value) => TryParseTime(text, out value) && value > TimeSpan.Zero, "a time, such as 00:00:30 for half a minute");

    public static Parser<TimeSpan> Wait { get; } = new(
        static (string text, out TimeSpan value) => TryParseTime(text, out value) && value > TimeSpan.Zero && value <= Day,
        "a time of at most a day, such as 00:00:30 for half a minute");

    public static Parser<Guid> Id { get; } = Parsable<Guid>("a GUID");

    public static Parser<MediaType> Type { get; } = Parsable<MediaType>("a media type, such as image/jpeg");

    public static Parser<ImageShareProfile> Profile { get; } = Parsable<ImageShareProfile>($"a profile: {string.Join(", ", ImageShareProfile.All.Select(static profile => profile.Name))}");

    public static Parser<SipTransportChoice> Transport { get; } = OneOf(SipTransportChoice.BySize, SipTransportChoice.Udp, SipTransportChoice.Tcp, SipTransportChoice.Tls);

    public static Parser<MsrpSecurity> MsrpSecurity { get; } = OneOf(Enum.GetValues<MsrpSecurity>());

    public static Parser<string> File { get; } = new(static (string text, [MaybeNullWhen(false)] out string value) => System.IO.File.Exists(value = text), "the path of a file that exists");

    public static Parser<string> FirstLine { get; } = new(
        static (string text, [MaybeNullWhen(false)] out string value) => (value = System.IO.File.Exists(text) ? System.IO.File.ReadLines(text).FirstOrDefault() : null) is { Length: > 0 },
        "the path of a file whose first line is the password");

    private static Parser<T> Parsable<T>(string expected)
        where T : IParsable<T> => new(static (string text, [MaybeNullWhen(false)] out T value) => T.TryParse(text, CultureInfo.InvariantCulture, out value), expected);

    // A number alone would be days, which nobody means.
    private static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    private static Parser<int> Number(int least, int most, string expected) => new(
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most, expected);

    // By name only: a number would be read without a look at what it stands for.
    private static Parser<T> OneOf<T>(params T[] values)
        where T : struct, Enum => new(
            (string text, out T value) =>
            {
                int found = Array.FindIndex(values, known => known.ToString().Equals(text, StringComparison.OrdinalIgnoreCase));
                value = found < 0 ? default : values[found];
                return found >= 0;
            },
            $"one of {string.Join(", ", values)}");
}
