using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Finds the deviations that were tolerated when a message was read.</summary>
internal sealed class SipInspection
{
    // word ["@" word] of RFC 3261 §25.1.
    private static readonly SearchValues<byte> CallIdBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~()<>:\\\"/[]?{}@"u8);

    private readonly SipMessage _message;
    private readonly List<SipWarning> _found = [];

    private SipInspection(SipMessage message) => _message = message;

    private SipHeaders Headers => _message.Headers;

    /// <summary>All deviations, in the order of the message.</summary>
    public static IReadOnlyList<SipWarning> Inspect(SipMessage message)
    {
        var inspection = new SipInspection(message);
        inspection.InspectWhole();
        inspection.InspectRows();
        inspection._found.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return inspection._found;
    }

    private void InspectRows()
    {
        bool isTopVia = _message is SipRequest;
        bool isReliable = Has100Rel(Headers.Supported) || Has100Rel(Headers.Require);
        int lengths = 0;
        for (int i = 0; i < Headers.Count; i++)
        {
            SipHeader row = Headers.Row(i);
            switch (row.Known?.Name)
            {
                case SipHeaderNames.ContentLength:
                    Add(++lengths > 1, SipWarningCode.RepeatedContentLength, row.Offset);
                    break;
                case SipHeaderNames.Via when isTopVia:
                    isTopVia = false;
                    InspectVia(Headers.TopVia, row.Offset);
                    break;
                case SipHeaderNames.PAccessNetworkInfo:
                    Add(IsAccessMismatch(row.RawValue.Span), SipWarningCode.AccessNetworkMismatch, row.Offset);
                    break;
                case { } name when row.Known.Shape == SipHeaderShape.List:
                    InspectList(name, row, isReliable);
                    break;
                case { } name:
                    InspectRow(name, row);
                    break;
            }
        }
    }

    private void InspectRow(string name, SipHeader row)
    {
        ReadOnlySpan<byte> value = row.RawValue.Span;
        switch (name)
        {
            case SipHeaderNames.From when Headers.From is { } from:
                InspectAddress(from, DoubtsOf(value), row.Offset);
                Add(from.Tag is null, SipWarningCode.FromWithoutTag, row.Offset);
                Add(IsWeak(from.Tag), SipWarningCode.WeakTag, row.Offset);
                break;
            case SipHeaderNames.To when Headers.To is { } to:
                InspectAddress(to, DoubtsOf(value), row.Offset);
                Add(IsWeak(to.Tag), SipWarningCode.WeakTag, row.Offset);
                break;
            case SipHeaderNames.MaxForwards:
                Add(Headers.MaxForwards is > 255, SipWarningCode.MaxForwardsTooLarge, row.Offset);
                break;
            case SipHeaderNames.CallId:
                Add(value.ContainsAnyExcept(CallIdBytes), SipWarningCode.CallIdSyntax, row.Offset);
                break;
            case SipHeaderNames.ContentType:
                Add(Headers.ContentType is null, SipWarningCode.ContentTypeSyntax, row.Offset);
                break;
        }
    }

    private void InspectList(string name, SipHeader row, bool isReliable)
    {
        ReadOnlySpan<byte> rest = row.RawValue.Span;
        while (HeaderGrammar.TryTakeValue(ref rest, out ReadOnlySpan<byte> value))
        {
            row.RawValue.Span.Overlaps(value, out int within);
            int offset = row.Offset + within;
            switch (name)
            {
                case SipHeaderNames.Contact:
                    InspectContact(value, offset);
                    break;
                case SipHeaderNames.Allow:
                    Add(value.SequenceEqual("PRACK"u8) && !isReliable, SipWarningCode.PrackWithoutReliability, offset);
                    break;
                default:
                    InspectValue(name, value, offset);
                    break;
            }
        }
    }

    private void InspectValue(string name, ReadOnlySpan<byte> value, int offset)
    {
        switch (name)
        {
            case SipHeaderNames.Accept when MediaType.TryParse(value, out MediaType? type):
                Add(HasBadQ(type.Parameters), SipWarningCode.BadQValue, offset);
                break;
            case SipHeaderNames.AcceptContact or SipHeaderNames.RejectContact when AcceptContact.TryParse(value, out AcceptContact? wanted):
                Add(new FeatureTags(wanted.Parameters).HasRepeatedTag, SipWarningCode.RepeatedFeatureTag, offset);
                InspectFeatures(wanted.Parameters, offset);
                break;
            case SipHeaderNames.Route or SipHeaderNames.RecordRoute when NameAddress.TryParse(value, out NameAddress? hop, out NameAddressDoubts doubts):
                InspectAddress(hop, doubts, offset);
                Add(hop.Uri.Parameters.GetValue("lr") is not null, SipWarningCode.LooseRouterWithValue, offset);
                break;
            case SipHeaderNames.Supported or SipHeaderNames.Require:
                Add(Ascii.EqualsIgnoreCase(value, "sdp-anat"u8), SipWarningCode.HistoricExtension, offset);
                break;
            case SipHeaderNames.PPreferredService or SipHeaderNames.PAssertedService:
                Add(value.Length < 10 || !Ascii.EqualsIgnoreCase(value[..10], "urn:urn-7:"u8), SipWarningCode.ServiceNamespace, offset);
                break;
        }
    }

    private void InspectContact(ReadOnlySpan<byte> value, int offset)
    {
        if (value.SequenceEqual("*"u8))
        {
            Add(Headers.CSeq?.Method != SipMethod.Register, SipWarningCode.ContactStar, offset);
        }
        else if (NameAddress.TryParse(value, out NameAddress? contact, out NameAddressDoubts doubts))
        {
            ParameterList parameters = contact.Parameters;
            InspectAddress(contact, doubts, offset);
            Add(parameters.Contains("expires") && !ExpiresCounts(), SipWarningCode.ExpiresInContact, offset);
            Add(parameters.Contains("explicit") || parameters.Contains("require"), SipWarningCode.CallerPreferenceInContact, offset);
            Add(HasBadQ(parameters), SipWarningCode.BadQValue, offset);
            InspectFeatures(parameters, offset);
        }
    }

    private void InspectWhole()
    {
        int length = _message.HeadLength + _message.Body.Length;
        _found.AddRange(_message.MalformedLines.Select(static line => new SipWarning(SipWarningCode.MalformedLine, line.Offset)));
        Add(_message.HasTrailingBytes, SipWarningCode.TrailingBytes, length);
        Add(!_message.Body.IsEmpty && !Headers.Contains(SipHeaderNames.ContentType), SipWarningCode.BodyWithoutContentType, _message.HeadLength);
        if (_message is SipRequest request)
        {
            bool isOverUdp = Headers.TopVia?.Transport.Equals("UDP", StringComparison.OrdinalIgnoreCase) == true;
            Add(length > 1300 && isOverUdp, SipWarningCode.TooLargeForUdp, 0);
            Add(request.Method == SipMethod.Invite && !Headers.Contains(SipHeaderNames.Contact), SipWarningCode.InviteWithoutContact, 0);
            Add(HasRepeated(request.RequestUri.Parameters), SipWarningCode.RepeatedUriParameter, 0);
            Add(request.Method == SipMethod.Options && !Headers.Contains(SipHeaderNames.Accept), SipWarningCode.NoAcceptInOptions, 0);
        }
    }

    private void InspectVia(Via? via, int offset)
    {
        if (via?.Branch is { } branch)
        {
            Add(!via.HasMagicCookie, SipWarningCode.BranchWithoutCookie, offset);
            Add(via.HasMagicCookie && IsWeak(branch[Via.MagicCookie.Length..]), SipWarningCode.WeakBranch, offset);
        }
    }

    private void InspectAddress(NameAddress address, NameAddressDoubts doubts, int offset)
    {
        Add(doubts.HasFlag(NameAddressDoubts.Uri), SipWarningCode.BadUri, offset);
        Add(doubts.HasFlag(NameAddressDoubts.Parameter), SipWarningCode.MalformedParameter, offset);
        Add(address.Parameters.Count(static p => p.Name.Equals("tag", StringComparison.OrdinalIgnoreCase)) > 1, SipWarningCode.RepeatedTag, offset);
        Add(HasRepeated(address.Uri.Parameters), SipWarningCode.RepeatedUriParameter, offset);
    }

    private static NameAddressDoubts DoubtsOf(ReadOnlySpan<byte> value) => NameAddress.TryParse(value, out _, out NameAddressDoubts doubts) ? doubts : default;

    private static bool HasRepeated(ParameterList parameters) =>
        parameters.Count > 1 && parameters.DistinctBy(static p => p.Name, StringComparer.OrdinalIgnoreCase).Count() < parameters.Count;

    // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    private static bool HasBadQ(ParameterList parameters) => parameters.TryGet("q", out Parameter q)
        && !(q is { Value: { Length: > 0 and <= 5 } value, IsQuoted: false } && value[0] is '0' or '1' && (value.Length == 1 || value[1] == '.')
            && !value.AsSpan(Math.Min(2, value.Length)).ContainsAnyExceptInRange('0', value[0] == '0' ? '9' : '0'));

    private void InspectFeatures(ParameterList parameters, int offset)
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

        Add(escaped, SipWarningCode.EscapedFeatureTag, offset);
        Add(old, SipWarningCode.OldServiceIdentifier, offset);
        Add(unescaped, SipWarningCode.UnescapedServiceIdentifier, offset);
    }

    // RFC 3261 §10 and RFC 3261 §8.1.3.4: it has a meaning only in registrations and redirections.
    private bool ExpiresCounts() =>
        Headers.CSeq?.Method == SipMethod.Register || _message is SipResponse { StatusCode: >= 300 and < 400 };

    private static bool Has100Rel(IReadOnlyList<string> extensions) => extensions.Contains("100rel", StringComparer.OrdinalIgnoreCase);

    private static bool IsAccessMismatch(ReadOnlySpan<byte> value) =>
        !value.StartsWith("3GPP"u8) && (value.IndexOf("utran-cell-id-3gpp"u8) >= 0 || value.IndexOf("cgi-3gpp"u8) >= 0);

    /// <summary>Whether a text is too short for 32 random bits (RFC 3261 §19.3), judged by the kind of its characters.</summary>
    private static bool IsWeak(string? text)
    {
        if (text is null)
        {
            return false;
        }

        double bitsPerCharacter = text.All(char.IsAsciiDigit) ? 3.32 : text.All(char.IsAsciiHexDigit) ? 4 : 5.17;
        return text.Length * bitsPerCharacter < 32;
    }

    private void Add(bool condition, SipWarningCode code, int offset)
    {
        if (condition)
        {
            _found.Add(new SipWarning(code, offset));
        }
    }
}
