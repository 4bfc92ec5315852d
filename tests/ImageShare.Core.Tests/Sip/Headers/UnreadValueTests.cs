using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.Headers;

/// <summary>Values of a message read their parts when they are asked for. Nobody sees a difference, and nobody can change what others are given.</summary>
[TestFixture]
public sealed class UnreadValueTests
{
    private const string Parameters = ";tag=1;Flag;a=\"b; c\";empty=\"\";x=[::1]:5;tag=2";

    private static readonly string[] Names = ["tag", "TAG", "flag", "a", "empty", "x", "b", "c", "", "lr"];

    [Test]
    public void A_parameter_is_found_before_and_after_all_were_read()
    {
        ParameterList unread = Unread(Parameters), read = Unread(Parameters);
        Assert.That(read, Has.Count.EqualTo(6));
        foreach (string name in Names)
        {
            bool isFound = unread.TryGet(name, out Parameter one), isFoundAgain = read.TryGet(name, out Parameter other);
            Assert.Multiple(() =>
            {
                Assert.That(isFound, Is.EqualTo(isFoundAgain), name);
                Assert.That(one, Is.EqualTo(other), name);
                Assert.That(one.IsQuoted, Is.EqualTo(other.IsQuoted), name);
                Assert.That(unread.Contains(name), Is.EqualTo(isFoundAgain), name);
                Assert.That(unread.GetValue(name), Is.EqualTo(read.GetValue(name)), name);
            });
        }

        Assert.That(unread.GetValue("a"), Is.EqualTo("b; c"));
        Assert.That(unread, Is.EqualTo(read));
    }

    [TestCase(";lr")]
    [TestCase(";lr=on")]
    [TestCase(Parameters)]
    public void Parameters_print_as_they_were_written_before_and_after_all_were_read(string text)
    {
        ParameterList parameters = Unread(text);
        string before = Written(parameters);
        Assert.That(parameters, Is.Not.Empty);
        Assert.That((before, Written(parameters), parameters.ToString()), Is.EqualTo((text, text, text)));
    }

    [Test]
    public void Parts_are_of_the_message_they_came_in_even_if_it_is_not_at_the_beginning_of_its_array()
    {
        byte[] padded = [.. "\r\n\r\n"u8, .. SeedMessages.Options, .. "junk"u8];
        Assert.That(SipReader.TryReadDatagram(padded.AsMemory(0, padded.Length - 4), null, out SipMessage? message, out _), Is.True);
        SipHeaders headers = message!.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(headers.From!.Uri.User, Is.EqualTo("mamadou"));
            Assert.That(headers.From.Tag, Is.EqualTo("16015"));
            Assert.That(headers.TopVia!.Host, Is.EqualTo("192.168.16.108"));
            Assert.That(headers.TopVia.Branch, Is.EqualTo("z9hG4bK19912"));
            Assert.That(headers.Routes[3].Uri.Host, Is.EqualTo("pcscf.v4.ims.test"));
        });
    }

    [Test]
    public void A_changed_copy_keeps_the_parts_that_were_not_asked_for()
    {
        Assert.That(NameAddress.TryParse("\"Bob\" <sip:bob@h:5;lr>;tag=1"u8, out NameAddress? address), Is.True);
        Assert.That(Via.TryParse("SIP/2.0/TCP h:5;branch=z9hG4bK1"u8, out Via? via), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That((address! with { DisplayName = null }).WithTag("2").ToString(), Is.EqualTo("<sip:bob@h:5;lr>;tag=2"));
            Assert.That((via! with { Port = null }).WithReceived(System.Net.IPAddress.Loopback).ToString(), Is.EqualTo("SIP/2.0/TCP h;branch=z9hG4bK1;received=127.0.0.1"));
            Assert.That((via with { Host = "i" }).ToString(), Is.EqualTo("SIP/2.0/TCP i:5;branch=z9hG4bK1"));
        });
    }

    [Test]
    public void Values_are_equal_whether_they_were_read_or_made()
    {
        Assert.That(NameAddress.TryParse("\"Bob\" <sip:bob@h>;tag=1"u8, out NameAddress? address), Is.True);
        Assert.That(Via.TryParse("SIP/2.0/UDP h;branch=x"u8, out Via? via), Is.True);
        var made = new NameAddress("Bob", ImageShare.Core.Sip.SipUri.Parse("sip:bob@h"), new ParameterList(new Parameter("tag", "1")));
        var madeVia = new Via("UDP", "h", null, new ParameterList(new Parameter("branch", "x")));
        Assert.Multiple(() =>
        {
            Assert.That(address, Is.EqualTo(made));
            Assert.That(address!.GetHashCode(), Is.EqualTo(made.GetHashCode()));
            Assert.That(address, Is.Not.EqualTo(made.WithTag("2")));
            Assert.That(via, Is.EqualTo(madeVia));
            Assert.That(via!.GetHashCode(), Is.EqualTo(madeVia.GetHashCode()));
            Assert.That(via, Is.Not.EqualTo(madeVia with { Version = "3.0" }));
        });
    }

    [Test]
    public void Any_number_of_threads_may_ask_at_a_time()
    {
        for (int i = 0; i < 200; i++)
        {
            Assert.That(NameAddress.TryParse("<sip:bob@h:5060;x=1>;tag=1;q=\"0.5\""u8, out NameAddress? address), Is.True);
            string[] seen = new string[4];
            Parallel.For(0, seen.Length, n => seen[n] = $"{address!.Uri.Host} {address.Tag} {address.Parameters.Count} {address}");
            Assert.That(seen, Is.All.EqualTo("h 1 2 <sip:bob@h:5060;x=1>;tag=1;q=\"0.5\""));
        }
    }

    [Test]
    public void Nobody_can_change_a_list_others_are_given()
    {
        Assert.That(SipReader.TryReadDatagram(SeedMessages.Invite, null, out SipMessage? message, out _), Is.True);
        SipHeaders headers = message!.Headers;
        object routes = headers.Routes;
        object[] lists = [headers.Vias, headers.Contacts, headers.Routes, headers.Allow, headers.Supported, headers.AcceptContacts, headers.PreferredServices];
        Assert.Multiple(() =>
        {
            Assert.That(lists, Has.None.InstanceOf<Array>());
            Assert.That(lists, Has.None.InstanceOf<System.Collections.IList>());
            Assert.That(headers.Routes, Is.SameAs(routes));
        });
    }

    [Test]
    public void What_a_client_is_able_to_do_is_shared_between_its_messages_from_the_second_on()
    {
        IReadOnlyList<string> first = AllowOf("INVITE, ACK, X-SHARED"), second = AllowOf("INVITE, ACK, X-SHARED"), third = AllowOf("INVITE, ACK, X-SHARED");
        Assert.Multiple(() =>
        {
            Assert.That(second, Is.Not.SameAs(first));
            Assert.That(third, Is.SameAs(second));
            Assert.That(third, Is.EqualTo(new[] { "INVITE", "ACK", "X-SHARED" }));
            Assert.That(AllowOf("INVITE, ACK, X-SHARES"), Is.EqualTo(new[] { "INVITE", "ACK", "X-SHARES" }));
            Assert.That(Read("Supported: INVITE, ACK, X-SHARED").Supported, Is.Not.SameAs(third));
            Assert.That(Read("Allow: INVITE, ACK, X-SHARED\r\nAllow: BYE").Allow, Is.EqualTo(new[] { "INVITE", "ACK", "X-SHARED", "BYE" }));
        });
    }

    [Test]
    public void Texts_that_look_alike_do_not_take_each_others_values()
    {
        // The same ends, middle and length, so the same place.
        for (int i = 0; i < 3; i++)
        {
            Assert.That(AllowOf("INVITE, AAAAAAA, CANCEL, UPDATE, BBBBBBB, OPTIONS")[1], Is.EqualTo("AAAAAAA"));
            Assert.That(AllowOf("INVITE, CCCCCCC, CANCEL, UPDATE, BBBBBBB, OPTIONS")[1], Is.EqualTo("CCCCCCC"));
        }
    }

    private static IReadOnlyList<string> AllowOf(string value) => Read("Allow: " + value).Allow;

    private static SipHeaders Read(string rows) =>
        SipReader.TryReadDatagram(Encoding.ASCII.GetBytes($"OPTIONS sip:h SIP/2.0\r\n{rows}\r\n\r\n"), null, out SipMessage? message, out SipReadError? error)
            ? message.Headers
            : throw new InvalidOperationException(error.ToString());

    private static ParameterList Unread(string text) => ParameterList.Unread(TextSlice.Copy(Encoding.ASCII.GetBytes(text)));

    private static string Written(ParameterList parameters)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        parameters.Write(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
