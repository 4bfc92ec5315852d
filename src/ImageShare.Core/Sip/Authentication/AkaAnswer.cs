namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// Asks a SIM (USIM or ISIM) to answer a challenge (RFC 3310). Called outside the agent's loop, possibly for several requests at the same time;
/// it may wait for the card, but at most 32 s (64·T1). An exception counts as a refusal.
/// </summary>
/// <param name="challenge">RAND and AUTN.</param>
/// <param name="cancellationToken">Cancelled when the answer is no longer needed.</param>
public delegate ValueTask<AkaAnswer> AkaAuthenticator(AkaChallenge challenge, CancellationToken cancellationToken = default);

/// <summary>The answer of a SIM to an <see cref="AkaChallenge"/>. Immutable; never printed.</summary>
public sealed class AkaAnswer
{
    private const int LongestResponse = 16;
    private const int ResynchronizationLength = 14;

    private AkaAnswer(bool isRefusal, ReadOnlyMemory<byte> response, ReadOnlyMemory<byte> resynchronization)
    {
        IsRefusal = isRefusal;
        Response = response;
        Resynchronization = resynchronization;
    }

    /// <summary>The SIM does not accept the network (the MAC in AUTN is wrong), or there is no SIM. The challenge is not answered.</summary>
    public static AkaAnswer Refuse { get; } = new(true, default, default);

    internal bool IsRefusal { get; }

    internal ReadOnlyMemory<byte> Response { get; }

    internal ReadOnlyMemory<byte> Resynchronization { get; }

    /// <summary>The SIM accepts the network and returns RES, the password for this challenge (RFC 3310 §3.3).</summary>
    /// <param name="response">RES: 4 to 16 bytes. Copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static AkaAnswer Respond(ReadOnlySpan<byte> response) => response.Length is >= 4 and <= LongestResponse
        ? new(false, response.ToArray(), default)
        : throw new ArgumentException("RES has 4 to 16 bytes.", nameof(response));

    /// <summary>
    /// The sequence number in AUTN is out of range for this SIM. AUTS is sent, so that the network resynchronizes and challenges again
    /// (RFC 3310 §3.4).
    /// </summary>
    /// <param name="auts">AUTS: 14 bytes. Copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static AkaAnswer Resynchronize(ReadOnlySpan<byte> auts) => auts.Length == ResynchronizationLength
        ? new(false, default, auts.ToArray())
        : throw new ArgumentException("AUTS has 14 bytes.", nameof(auts));

    /// <summary>The kind of answer, without its bytes.</summary>
    public override string ToString() => IsRefusal ? "refused" : Resynchronization.IsEmpty ? "answered" : "to be resynchronized";
}
