using System.Buffers;
using System.Text;
using ImageShare.Core.Authentication;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Relays;

/// <summary>
/// Authenticates this side to its relays, one after the other (RFC 4976 §5.1): AUTH, the challenge, AUTH with its answer, and the path to use. Repeated before
/// it expires. One log-in at a time.
/// </summary>
internal sealed class RelayLogin(RelayRequest send, MsrpUri own, IReadOnlyList<MsrpRelay> relays, TimeSpan? wanted)
{
    // Two for the challenge, one for a stale nonce, one for another expiry.
    private const int MostTries = 4;

    private readonly Dictionary<MsrpRelay, (DigestChallenge Challenge, uint Count)> _nonces = [];
    private long? _wanted = wanted is { } time ? (long)time.TotalSeconds : null;

    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AuthenticationFailed"/>, <see cref="ImageShareError.Rejected"/>, <see cref="ImageShareError.MalformedMessage"/>, or that of
    /// <see cref="RelayRequest"/>.
    /// </exception>
    public async Task<RelayGrant> LogInAsync(CancellationToken cancellationToken)
    {
        RelayGrant? grant = null;
        foreach (MsrpRelay relay in relays)
        {
            RelayGrant next = await LogInAsync(relay, grant?.UsePath, cancellationToken).ConfigureAwait(false);
            grant = grant is { Expires: { } sooner } && !(next.Expires < sooner) ? next with { Expires = sooner } : next;
        }

        return grant!;
    }

    private async Task<RelayGrant> LogInAsync(MsrpRelay relay, MsrpPath? through, CancellationToken cancellationToken)
    {
        var to = new MsrpPath(through is null ? [relay.Uri] : [.. through.Uris, relay.Uri]);
        bool hasAnswered = false;
        for (int i = 0; i < MostTries; i++)
        {
            string? authorization = Authorize(relay);
            RelayReply reply = await send((output, id) => Write(output, id, to, authorization), cancellationToken).ConfigureAwait(false);
            switch (reply.Status)
            {
                case >= 200 and < 300:
                    return Take(relay, through, reply);
                case 401:
                    DigestChallenge? challenge = DigestChallenge.Choose(reply.All("WWW-Authenticate"), relay.Realm);
                    if (challenge is not { HasQop: true } || (hasAnswered && !challenge.IsStale))
                    {
                        throw Refused(ImageShareError.AuthenticationFailed, relay, reply.Status, "check the user, the password and the realm they are for");
                    }

                    _nonces[relay] = (challenge, 0);
                    hasAnswered = true;
                    break;
                case 423 when reply.Seconds("Min-Expires") is { } least && !(_wanted >= least):
                    _wanted = least;
                    break;
                case 423 when reply.Seconds("Max-Expires") is { } most && !(_wanted <= most):
                    _wanted = most;
                    break;
                case 403:
                    throw Refused(ImageShareError.AuthenticationFailed, relay, reply.Status, "ask its operator for permission");
                default:
                    throw Refused(ImageShareError.Rejected, relay, reply.Status, "ask its operator");
            }
        }

        throw Refused(ImageShareError.AuthenticationFailed, relay, 401, "it keeps asking for credentials");
    }

    private string? Authorize(MsrpRelay relay)
    {
        if (!_nonces.TryGetValue(relay, out (DigestChallenge Challenge, uint Count) nonce))
        {
            return null;
        }

        _nonces[relay] = (nonce.Challenge, nonce.Count + 1);

        // The rightmost URI of To-Path is what is asked for (RFC 4976 §9.1).
        return new DigestAnswer(nonce.Challenge, "AUTH", relay.Uri.ToString(), nonce.Count + 1, RandomToken.Create()).Write(relay.User, relay.Password);
    }

    private RelayGrant Take(MsrpRelay relay, MsrpPath? through, RelayReply reply)
    {
        if (reply.All("Use-Path").FirstOrDefault() is not { } text || !MsrpPath.TryParse(Encoding.UTF8.GetBytes(text), out MsrpPath? use))
        {
            throw Refused(ImageShareError.MalformedMessage, relay, reply.Status, "it named no path to use");
        }

        if (_nonces.TryGetValue(relay, out (DigestChallenge Challenge, uint Count) nonce)
            && reply.All("Authentication-Info").FirstOrDefault() is { } info
            && DigestParameters.Find(Encoding.UTF8.GetBytes(info), "nextnonce") is { Length: > 0 } next)
        {
            _nonces[relay] = (nonce.Challenge with { Nonce = next }, 0);
        }

        // The whole path comes from the outermost relay; one that names only itself is still reached through the others.
        MsrpPath whole = through is null || use.First.Equals(through.First) ? use : new MsrpPath([.. through.Uris, .. use.Uris]);
        return new RelayGrant(whole, reply.Seconds("Expires") is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    private void Write(IBufferWriter<byte> output, byte[] id, MsrpPath to, string? authorization)
    {
        output.Write("MSRP "u8);
        output.Write(id);
        output.Write(" AUTH\r\nTo-Path: "u8);
        to.Write(output);
        output.Write("\r\nFrom-Path: "u8);
        own.Write(output);
        if (_wanted is { } seconds)
        {
            output.Write("\r\nExpires: "u8);
            output.WriteNumber(seconds);
        }

        if (authorization is not null)
        {
            output.Write("\r\nAuthorization: "u8);
            output.WriteUtf8(authorization);
        }

        output.WriteLineEnd();
        MsrpWriter.WriteEndLine(output, id, MsrpContinuation.Complete, afterBody: false);
    }

    private static ImageShareException Refused(ImageShareError error, MsrpRelay relay, int status, string next) =>
        new(error, $"The relay {relay.Uri.Host} did not let this side in; {next}. (MSRP {status})") { MsrpStatus = status };
}
