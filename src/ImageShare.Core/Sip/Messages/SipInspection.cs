using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Finds the deviations in a message that was read that are tolerated.</summary>
internal static class SipInspection
{
    // word ["@" word] of RFC 3261 §25.1.
    private static readonly SearchValues<byte> CallIdBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~()<>:\\\"/[]?{}@"u8);

    public static IReadOnlyList<SipWarning> Inspect(SipMessage message)
    {
        var found = new List<SipWarning>();
        InspectWhole(message, found);
        bool topVia = message is SipRequest;
        bool reliable = Has100Rel(message.Headers.Supported) || Has100Rel(message.Headers.Require);
        int lengths = 0;
        for (int i = 0; i < message.Headers.Count; i++)
        {
            SipHeader row = message.Headers.Row(i);
            ReadOnlySpan<byte> rest = row.RawValue.Span;
            switch (row.Known?.Name)
            {
                case SipHeaderNames.ContentLength:
                    Add(found, ++lengths > 1, SipWarningCode.RepeatedContentLength, row.Offset);
                    break;
                case SipHeaderNames.Via when topVia:
                    topVia = false;
                    InspectVia(message.Headers.TopVia, row.Offset, found);
                    break;
                case SipHeaderNames.From when message.Headers.From is { } from:
                    InspectDoubts(NameAddress.TryParse(rest, out _, out NameAddressDoubts inFrom) ? inFrom : default, row.Offset, found);
                    Add(found, from.Tag is null, SipWarningCode.FromWithoutTag, row.Offset);
                    Add(found, IsWeak(from.Tag), SipWarningCode.WeakTag, row.Offset);
                    InspectAddress(from, row.Offset, found);
                    break;
                case SipHeaderNames.To when message.Headers.To is { } to:
                    InspectDoubts(NameAddress.TryParse(rest, out _, out NameAddressDoubts inTo) ? inTo : default, row.Offset, found);
                    Add(found, IsWeak(to.Tag), SipWarningCode.WeakTag, row.Offset);
                    InspectAddress(to, row.Offset, found);
                    break;
                case SipHeaderNames.MaxForwards:
                    Add(found, message.Headers.MaxForwards is > 255, SipWarningCode.MaxForwardsTooLarge, row.Offset);
                    break;
                case SipHeaderNames.CallId:
                    Add(found, rest.ContainsAnyExcept(CallIdBytes), SipWarningCode.CallIdSyntax, row.Offset);
                    break;
                case SipHeaderNames.ContentType:
                    Add(found, message.Headers.ContentType is null, SipWarningCode.ContentTypeSyntax, row.Offset);
                    break;
                case SipHeaderNames.PAccessNetworkInfo:
                    Add(found, IsAccessMismatch(rest), SipWarningCode.AccessNetworkMismatch, row.Offset);
                    break;
                case { } name when row.Known.Shape == SipHeaderShape.List:
                    while (HeaderGrammar.TryTakeValue(ref rest, out ReadOnlySpan<byte> value))
                    {
                        row.RawValue.Span.Overlaps(value, out int within);
                        InspectValue(message, reliable, name, value, row.Offset + within, found);
                    }

                    break;
            }
        }

        found.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return found;
    }

    private static void InspectWhole(SipMessage message, List<SipWarning> found)
    {
        SipHeaders headers = message.Headers;
        found.AddRange(message.MalformedLines.Select(static line => new SipWarning(SipWarningCode.MalformedLine, line.Offset)));
        Add(found, message.HasTrailingBytes, SipWarningCode.TrailingOctets, message.HeadLength + message.Body.Length);
        Add(found, !message.Body.IsEmpty && !headers.Contains(SipHeaderNames.ContentType), SipWarningCode.BodyWithoutContentType, message.HeadLength);
        if (message is SipRequest request)
        {
            Add(
                found,
                message.HeadLength + message.Body.Length > 1300 && headers.TopVia?.Transport.Equals("UDP", StringComparison.OrdinalIgnoreCase) == true,
                SipWarningCode.TooLargeForUdp,
                0);
            Add(found, request.Method == SipMethod.Invite && !headers.Contains(SipHeaderNames.Contact), SipWarningCode.InviteWithoutContact, 0);
            Add(found, HasRepeated(request.RequestUri.Parameters), SipWarningCode.RepeatedUriParameter, 0);
            Add(found, request.Method == SipMethod.Options && !headers.Contains(SipHeaderNames.Accept), SipWarningCode.NoAcceptInOptions, 0);
        }
    }

    private static void InspectDoubts(NameAddressDoubts doubts, int offset, List<SipWarning> found)
    {
        Add(found, doubts.HasFlag(NameAddressDoubts.Uri), SipWarningCode.BadUri, offset);
        Add(found, doubts.HasFlag(NameAddressDoubts.Parameter), SipWarningCode.MalformedParameter, offset);
    }

    private static void InspectVia(Via? via, int offset, List<SipWarning> found)
    {
        if (via?.Branch is { } branch)
        {
            Add(found, !via.HasMagicCookie, SipWarningCode.BranchWithoutCookie, offset);
            Add(found, via.HasMagicCookie && IsWeak(branch[Via.MagicCookie.Length..]), SipWarningCode.WeakBranch, offset);
        }
    }

    private static void InspectValue(
        SipMessage message, bool reliable, string name, ReadOnlySpan<byte> value, int offset, List<SipWarning> found)
    {
        switch (name)
        {
            case SipHeaderNames.Contact when value.SequenceEqual("*"u8):
                Add(found, message.Headers.CSeq?.Method != SipMethod.Register, SipWarningCode.ContactStar, offset);
                break;
            case SipHeaderNames.Accept when MediaType.TryParse(value, out MediaType? type):
                Add(found, HasBadQ(type.Parameters), SipWarningCode.BadQValue, offset);
                break;
            case SipHeaderNames.Contact when NameAddress.TryParse(value, out NameAddress? contact, out NameAddressDoubts doubts):
                InspectDoubts(doubts, offset, found);
                Add(found, contact.Parameters.Contains("expires") && !ExpiresCounts(message), SipWarningCode.ExpiresInContact, offset);
                Add(
                    found,
                    contact.Parameters.Contains("explicit") || contact.Parameters.Contains("require"),
                    SipWarningCode.CallerPreferenceInContact,
                    offset);
                Add(found, HasBadQ(contact.Parameters), SipWarningCode.BadQValue, offset);
                InspectAddress(contact, offset, found);
                InspectFeatures(contact.Parameters, offset, found);
                break;
            case SipHeaderNames.AcceptContact or SipHeaderNames.RejectContact when AcceptContact.TryParse(value, out AcceptContact? wanted):
                Add(found, new FeatureTags(wanted.Parameters).HasRepeatedTag, SipWarningCode.RepeatedFeatureTag, offset);
                InspectFeatures(wanted.Parameters, offset, found);
                break;
            case SipHeaderNames.Route or SipHeaderNames.RecordRoute when NameAddress.TryParse(value, out NameAddress? hop, out NameAddressDoubts doubts):
                InspectDoubts(doubts, offset, found);
                InspectAddress(hop, offset, found);
                Add(found, hop.Uri.Parameters.GetValue("lr") is not null, SipWarningCode.LooseRouterWithValue, offset);
                break;
            case SipHeaderNames.Supported or SipHeaderNames.Require:
                Add(found, Ascii.EqualsIgnoreCase(value, "sdp-anat"u8), SipWarningCode.HistoricExtension, offset);
                break;
            case SipHeaderNames.PPreferredService or SipHeaderNames.PAssertedService:
                Add(
                    found,
                    value.Length < 10 || !Ascii.EqualsIgnoreCase(value[..10], "urn:urn-7:"u8),
                    SipWarningCode.ServiceNamespace,
                    offset);
                break;
            case SipHeaderNames.Allow when value.SequenceEqual("PRACK"u8):
                Add(found, !reliable, SipWarningCode.PrackWithoutReliability, offset);
                break;
        }
    }

    private static void InspectAddress(NameAddress address, int offset, List<SipWarning> found)
    {
        Add(found, address.Parameters.Count(static p => p.Name.Equals("tag", StringComparison.OrdinalIgnoreCase)) > 1, SipWarningCode.RepeatedTag, offset);
        Add(found, HasRepeated(address.Uri.Parameters), SipWarningCode.RepeatedUriParameter, offset);
    }

    private static bool HasRepeated(ParameterList parameters) =>
        parameters.Count > 1 && parameters.DistinctBy(static p => p.Name, StringComparer.OrdinalIgnoreCase).Count() < parameters.Count;

    // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    private static bool HasBadQ(ParameterList parameters) => parameters.TryGet("q", out Parameter q)
        && !(q is { Value: { Length: > 0 and <= 5 } value, IsQuoted: false } && value[0] is '0' or '1' && (value.Length == 1 || value[1] == '.')
            && !value.AsSpan(Math.Min(2, value.Length)).ContainsAnyExceptInRange('0', value[0] == '0' ? '9' : '0'));

    private static void InspectFeatures(ParameterList parameters, int offset, List<SipWarning> found)
    {
        bool escaped = false, old = false, unescaped = false;
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter parameter = parameters[i];
            escaped |= parameter.Name.Contains("%5f", StringComparison.OrdinalIgnoreCase);
            if (parameter.Value is { } value && FeatureTags.IsIdentifierTag(parameter.Name))
            {
                unescaped |= !parameter.IsQuoted || (value.Contains(':') && !value.Contains('<'));
                old |= new FeatureTags(new ParameterList(parameter)).Identifiers.Any(identifier => !identifier.IsStandardSpelling);
            }
        }

        Add(found, escaped, SipWarningCode.EscapedFeatureTag, offset);
        Add(found, old, SipWarningCode.OldServiceIdentifier, offset);
        Add(found, unescaped, SipWarningCode.UnescapedServiceIdentifier, offset);
    }

    // RFC 3261 §10 and RFC 3261 §8.1.3.4: only registrations and redirections give it a meaning.
    private static bool ExpiresCounts(SipMessage message) =>
        message.Headers.CSeq?.Method == SipMethod.Register || message is SipResponse { StatusCode: >= 300 and < 400 };

    private static bool Has100Rel(IReadOnlyList<string> extensions) => extensions.Contains("100rel", StringComparer.OrdinalIgnoreCase);

    private static bool IsAccessMismatch(ReadOnlySpan<byte> value) =>
        !value.StartsWith("3GPP"u8) && (value.IndexOf("utran-cell-id-3gpp"u8) >= 0 || value.IndexOf("cgi-3gpp"u8) >= 0);

    /// <summary>Whether a text is too short for 32 random bits (RFC 3261 §19.3), seen from the characters it is made of.</summary>
    private static bool IsWeak(string? text)
    {
        if (text is null)
        {
            return false;
        }

        double bitsPerCharacter = text.All(char.IsAsciiDigit) ? 3.32 : text.All(char.IsAsciiHexDigit) ? 4 : 5.17;
        return text.Length * bitsPerCharacter < 32;
    }

    private static void Add(List<SipWarning> found, bool condition, SipWarningCode code, int offset)
    {
        if (condition)
        {
            found.Add(new SipWarning(code, offset));
        }
    }
}
