using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>
/// The method of a SIP request (RFC 3261 §7.1). An open value, not a closed list: unknown methods are carried like known ones.
/// Compared with case, as the RFC asks.
/// </summary>
/// <param name="Name">The method as it stands in the message, a token.</param>
/// <exception cref="ArgumentException">The name is no token.</exception>
public readonly record struct SipMethod(string Name)
{
    private static readonly string[] KnownNames =
    [
        "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE", "MESSAGE", "REGISTER", "NOTIFY", "INFO", "REFER", "SUBSCRIBE", "PUBLISH",
    ];

    /// <summary>INVITE (RFC 3261 §13).</summary>
    public static SipMethod Invite { get; } = new("INVITE");

    /// <summary>ACK (RFC 3261 §13.2.2.4).</summary>
    public static SipMethod Ack { get; } = new("ACK");

    /// <summary>BYE (RFC 3261 §15).</summary>
    public static SipMethod Bye { get; } = new("BYE");

    /// <summary>CANCEL (RFC 3261 §9).</summary>
    public static SipMethod Cancel { get; } = new("CANCEL");

    /// <summary>OPTIONS (RFC 3261 §11).</summary>
    public static SipMethod Options { get; } = new("OPTIONS");

    /// <summary>PRACK (RFC 3262).</summary>
    public static SipMethod Prack { get; } = new("PRACK");

    /// <summary>UPDATE (RFC 3311).</summary>
    public static SipMethod Update { get; } = new("UPDATE");

    /// <summary>MESSAGE (RFC 3428).</summary>
    public static SipMethod Message { get; } = new("MESSAGE");

    /// <summary>REGISTER (RFC 3261 §10).</summary>
    public static SipMethod Register { get; } = new("REGISTER");

    /// <summary>NOTIFY (RFC 6665).</summary>
    public static SipMethod Notify { get; } = new("NOTIFY");

    /// <summary>INFO (RFC 6086).</summary>
    public static SipMethod Info { get; } = new("INFO");

    /// <summary>REFER (RFC 3515).</summary>
    public static SipMethod Refer { get; } = new("REFER");

    /// <summary>SUBSCRIBE (RFC 6665).</summary>
    public static SipMethod Subscribe { get; } = new("SUBSCRIBE");

    /// <summary>PUBLISH (RFC 3903).</summary>
    public static SipMethod Publish { get; } = new("PUBLISH");

    /// <summary>The method as it stands in the message.</summary>
    public string Name { get; } = ThrowIfNoToken(Name);

    /// <summary>Whether the method is one with a meaning known to this library: 405 when it is not allowed, 501 when it is not known.</summary>
    public bool IsKnown => KnownNames.AsSpan().Contains(Name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;

    /// <summary>Method = token, all of the text.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out SipMethod method)
    {
        if (FindUsual(text) is { } usual)
        {
            method = usual;
            return true;
        }

        bool ok = Grammar.IsToken(text);
        method = ok ? new SipMethod(WellKnownText.GetString(text)) : default;
        return ok;
    }

    /// <summary>One of the usual methods, without a look at each character; null for any other text.</summary>
    internal static SipMethod? FindUsual(ReadOnlySpan<byte> text) => text.Length switch
    {
        3 when text.SequenceEqual("ACK"u8) => Ack,
        3 when text.SequenceEqual("BYE"u8) => Bye,
        4 when text.SequenceEqual("INFO"u8) => Info,
        5 when text.SequenceEqual("PRACK"u8) => Prack,
        5 when text.SequenceEqual("REFER"u8) => Refer,
        6 when text.SequenceEqual("INVITE"u8) => Invite,
        6 when text.SequenceEqual("CANCEL"u8) => Cancel,
        6 when text.SequenceEqual("UPDATE"u8) => Update,
        6 when text.SequenceEqual("NOTIFY"u8) => Notify,
        7 when text.SequenceEqual("OPTIONS"u8) => Options,
        7 when text.SequenceEqual("MESSAGE"u8) => Message,
        8 when text.SequenceEqual("REGISTER"u8) => Register,
        _ => null,
    };

    private static string ThrowIfNoToken(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (char c in name)
        {
            if (c > 126 || !Grammar.Token.Contains((byte)c))
            {
                throw new ArgumentException($"'{name}' is not a method name: letters, digits and -.!%*_+`'~ only.", nameof(name));
            }
        }

        return name;
    }
}
