namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// Asks a SIM (USIM or ISIM) to answer a challenge (RFC 3310). Called beside the agent's loop, for one request at a time or for several at once;
/// it may wait for the card, but no longer than 32 s (64·T1). What it throws is taken for a refusal.
/// </summary>
/// <param name="challenge">RAND and AUTN.</param>
/// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
public delegate ValueTask<AkaAnswer> AkaAuthenticator(AkaChallenge challenge, CancellationToken cancellationToken);

/// <summary>What a SIM says to an <see cref="AkaChallenge"/>. Immutable; never printed.</summary>
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

    /// <summary>The SIM does not believe that this is its network (the MAC in AUTN is wrong), or there is no SIM: the challenge is not answered.</summary>
    public static AkaAnswer Refuse { get; } = new(true, default, default);

    internal bool IsRefusal { get; }

    internal ReadOnlyMemory<byte> Response { get; }

    internal ReadOnlyMemory<byte> Resynchronization { get; }

    /// <summary>The SIM accepts the network and answers with RES, which is the password of this challenge (RFC 3310 §3.3).</summary>
    /// <param name="response">RES: 4 to 16 bytes. Copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static AkaAnswer Respond(ReadOnlySpan<byte> response) => response.Length is >= 4 and <= LongestResponse
        ? new(false, response.ToArray(), default)
        : throw new ArgumentException("RES has 4 to 16 bytes.", nameof(response));

    /// <summary>
    /// The SIM and the network count differently (the sequence number in AUTN is out of range): AUTS is sent, and the network challenges again
    /// (RFC 3310 §3.4).
    /// </summary>
    /// <param name="auts">AUTS: 14 bytes. Copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static AkaAnswer Resynchronize(ReadOnlySpan<byte> auts) => auts.Length == ResynchronizationLength
        ? new(false, default, auts.ToArray())
        : throw new ArgumentException("AUTS has 14 bytes.", nameof(auts));

    /// <summary>What kind of answer it is; never its bytes.</summary>
    public override string ToString() => IsRefusal ? "refused" : Resynchronization.IsEmpty ? "answered" : "to be resynchronized";
}
